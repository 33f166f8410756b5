import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api, ask } from '@/api/client';
import { useSignedIn } from '@/api/session';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/TextField';
import { backAddress } from './back-address';
import { SessionCard } from './SessionCard';

export function LoginPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const signedIn = useSignedIn();
  const logIn = useMutation({
    mutationFn: () => ask(api.POST('/api/v1/session', { body: { email, password } })),
    onSuccess: () => {
      signedIn();
      void navigate(backAddress(search.get('back')), { replace: true });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    logIn.mutate();
  };
  return (
    <SessionCard title="Log in">
      <form onSubmit={submit}>
        {logIn.isError && (
          <Banner tone="high" live="alert">
            <p>{logIn.error.message}</p>
          </Banner>
        )}
        <TextField
          label="Email"
          type="email"
          autoComplete="username"
          isRequired
          value={email}
          onChange={setEmail}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          isRequired
          value={password}
          onChange={setPassword}
        />
        <Button type="submit" variant="primary" size="large" isPending={logIn.isPending}>
          Log in
        </Button>
      </form>
      <p>For staff. Candidates enter by the link in their invitation.</p>
    </SessionCard>
  );
}

import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api, ApiProblem, ask } from '@/api/client';
import { useSignedIn } from '@/api/session';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/TextField';
import { backAddress } from './back-address';
import { SessionCard } from './SessionCard';

const needsCode = (error: Error) => error instanceof ApiProblem && error.code === 'second_factor_needed';

export function LoginPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asked, setAsked] = useState(false); // for the second factor, once the password was right
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const signedIn = useSignedIn();
  const logIn = useMutation({
    mutationFn: () =>
      ask(api.POST('/api/v1/session', { body: { email, password, ...(asked ? { code } : {}) } })),
    onSuccess: () => {
      signedIn();
      void navigate(backAddress(search.get('back')), { replace: true });
    },
    onError: (error) => {
      if (needsCode(error)) setAsked(true);
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
          <Banner tone={needsCode(logIn.error) ? 'info' : 'high'} live="alert">
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
        {asked && (
          <TextField
            label="Code"
            hint="Of your authenticator app, or one of your recovery codes."
            autoComplete="one-time-code"
            // The password was right and this is what is missing: the focus goes on to it.
            autoFocus
            isRequired
            maxLength={64}
            value={code}
            onChange={setCode}
          />
        )}
        <Button type="submit" variant="primary" size="large" isPending={logIn.isPending}>
          Log in
        </Button>
      </form>
      <p>For staff. Candidates enter by the link in their invitation.</p>
    </SessionCard>
  );
}

import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api, ApiProblem, ask } from '@/api/client';
import { useSignedIn } from '@/api/session';
import { CODE_HINT, CodeField, PresentPasswordField } from '@/components/staff/credentials';
import { Button } from '@/components/ui/Button';
import { Refusal } from '@/components/ui/Refusal';
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
        <Refusal
          error={logIn.error}
          tone={logIn.error !== null && needsCode(logIn.error) ? 'info' : 'high'}
        />
        <TextField
          label="Email"
          type="email"
          autoComplete="username"
          isRequired
          value={email}
          onChange={setEmail}
        />
        <PresentPasswordField label="Password" value={password} onChange={setPassword} />
        {asked && (
          // The password was right and this is what is missing: the focus goes on to it.
          <CodeField autoFocus label="Code" hint={CODE_HINT} value={code} onChange={setCode} />
        )}
        <Button type="submit" variant="primary" size="large" isPending={logIn.isPending}>
          Log in
        </Button>
      </form>
      <p>For staff. Candidates enter by the link in their invitation.</p>
    </SessionCard>
  );
}

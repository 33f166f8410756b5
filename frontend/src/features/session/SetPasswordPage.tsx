import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { Link, useNavigate } from 'react-router';
import { api, ApiProblem, ask } from '@/api/client';
import { useSignedIn } from '@/api/session';
import { CODE_HINT, CodeField, useNewPassword } from '@/components/staff/credentials';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Refusal } from '@/components/ui/Refusal';
import { TextField } from '@/components/ui/TextField';
import { useLinkToken } from './link-token';
import { SessionCard } from './SessionCard';

export function SetPasswordPage() {
  const token = useLinkToken();
  const info = useQuery({
    queryKey: ['link', token],
    queryFn: () => ask(api.POST('/api/v1/session/link-info', { body: { token } })),
    retry: false,
  });
  if (info.isError) {
    return (
      <SessionCard title="This link does not work">
        <Banner tone="high" live="alert">
          <p>{info.error.message}</p>
        </Banner>
        <p>Ask for a new one. Each link works once and only for a while.</p>
        <Link to="/login">Log in</Link>
      </SessionCard>
    );
  }
  const first = info.data?.purpose === 'first_admin';
  return (
    <SessionCard title={first ? 'Welcome to Examhall' : 'Set your password'}>
      {info.data === undefined ? (
        <p role="status">Checking the link…</p>
      ) : (
        <PasswordForm token={token} first={first} email={info.data.email} />
      )}
    </SessionCard>
  );
}

function PasswordForm({ token, first, email }: { token: string; first: boolean; email: string | null }) {
  const [form, setForm] = useState({ email: '', name: '', code: '' });
  const { password, matches, fields } = useNewPassword({ label: 'Password', again: 'The same again' });
  const [asked, setAsked] = useState(false); // for the second factor of an account that has one
  const navigate = useNavigate();
  const signedIn = useSignedIn();
  const save = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/api/v1/session/set-password', {
          body: {
            token,
            password,
            ...(first ? { email: form.email, name: form.name } : {}),
            ...(asked ? { code: form.code } : {}),
          },
        }),
      ),
    onSuccess: () => {
      signedIn();
      void navigate('/exams', { replace: true });
    },
    onError: (error) => {
      if (error instanceof ApiProblem && error.code === 'second_factor_needed') setAsked(true);
    },
  });
  const change = (field: keyof typeof form) => (value: string) => {
    setForm({ ...form, [field]: value });
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (matches) save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <p>{first ? 'Make the first account: the administrator.' : `For ${email ?? 'your account'}.`}</p>
      <Refusal error={save.error} />
      {first && (
        <>
          <TextField
            label="Your name"
            autoComplete="name"
            isRequired
            value={form.name}
            onChange={change('name')}
          />
          <TextField
            label="Email"
            type="email"
            autoComplete="username"
            isRequired
            value={form.email}
            onChange={change('email')}
          />
        </>
      )}
      {fields}
      {asked && <CodeField label="Code" hint={CODE_HINT} value={form.code} onChange={change('code')} />}
      <Button type="submit" variant="primary" size="large" isPending={save.isPending}>
        Save and go on
      </Button>
    </form>
  );
}

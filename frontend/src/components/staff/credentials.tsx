/** The fields with which staff prove who they are, alike wherever they are asked for. */
import { useState } from 'react';
import { TextField } from '@/components/ui/TextField';

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export const CODE_HINT = 'Of your authenticator app, or one of your recovery codes.';

/** Of the second factor. numeric: only what the app shows, no recovery code. */
export function CodeField({
  hint,
  numeric = false,
  autoFocus = false,
  ...field
}: FieldProps & { hint?: string; numeric?: boolean; autoFocus?: boolean }) {
  return (
    <TextField
      {...field}
      hint={hint}
      {...(numeric ? { inputMode: 'numeric' } : {})}
      autoComplete="one-time-code"
      autoFocus={autoFocus}
      isRequired
      maxLength={64}
    />
  );
}

export function PresentPasswordField(field: FieldProps) {
  return <TextField {...field} type="password" autoComplete="current-password" isRequired />;
}

const SHORTEST = 10;

/** A new password, typed twice. matches: it is the same both times. */
export function useNewPassword(words: { label: string; again: string; hint?: string }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const matches = again === password;
  return {
    password,
    matches,
    clear: () => {
      setPassword('');
      setAgain('');
    },
    fields: (
      <>
        <TextField
          label={words.label}
          type="password"
          autoComplete="new-password"
          isRequired
          minLength={SHORTEST}
          hint={[`At least ${SHORTEST} characters.`, words.hint].join(' ').trim()}
          value={password}
          onChange={setPassword}
        />
        <TextField
          label={words.again}
          type="password"
          autoComplete="new-password"
          isRequired
          error={again !== '' && !matches ? 'The two are not the same.' : undefined}
          value={again}
          onChange={setAgain}
        />
      </>
    ),
  };
}

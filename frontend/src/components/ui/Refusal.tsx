import { Banner } from './Banner';

/** Why the server refused what a form sent, in its words; nothing while all is well. */
export function Refusal({ error, tone = 'high' }: { error: Error | null; tone?: 'high' | 'info' }) {
  if (error === null) return null;
  return (
    <Banner tone={tone} live="alert">
      <p>{error.message}</p>
    </Banner>
  );
}

import { useAttempt } from '@/attempt/AttemptContext';
import { Banner } from '@/components/ui/Banner';

/** What the line means for the check: it waits, or goes another way. */
export function CheckLine() {
  const connection = useAttempt((view) => view.connection);
  return (
    <div role="status">
      {connection === 'offline' && (
        <Banner tone="medium" title="You are offline.">
          <p>The check waits and goes on by itself when you are back. What you have done is kept.</p>
        </Banner>
      )}
      {connection === 'limited' && (
        <Banner title="Your network blocks a part of the connection.">
          <p>The check goes on another way, a little slower.</p>
        </Banner>
      )}
    </div>
  );
}

import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { inWords } from '@/attempt/exam-clock';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';

/** Offline, on the slow way round, or back: what it means for the candidate's time, by the real rule. */
export function ConnectionBanner() {
  const session = useAttemptSession();
  const connection = useAttempt((view) => view.connection);
  const givenBackS = useAttempt((view) => view.givenBackS);
  const limitS = useAttempt((view) => view.room.notice.network_credit_limit_s);
  return (
    <div role="status">
      {connection === 'offline' && (
        <Banner tone="medium" title="You are offline.">
          <p>
            Keep working: everything is kept here and your time is protected. Up to {inWords(limitS)} are
            given back by themselves, beyond that your proctor decides.
          </p>
        </Banner>
      )}
      {connection === 'limited' && (
        <Banner title="Your network blocks a part of the connection.">
          <p>The exam goes on and nothing is lost. Chat and warnings may come a few seconds late.</p>
        </Banner>
      )}
      {connection === 'open' && givenBackS !== null && (
        <Banner
          tone="ok"
          title="You are back online."
          actions={
            <Button
              onPress={() => {
                session.forgetGivenBack();
              }}
            >
              OK
            </Button>
          }
        >
          <p>{inWords(givenBackS)} were given back to you. Everything you did meanwhile has been sent.</p>
        </Banner>
      )}
    </div>
  );
}

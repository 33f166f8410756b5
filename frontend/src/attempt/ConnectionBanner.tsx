import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { inWords, isOne } from '@/attempt/exam-clock';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { SLOW_FROM } from '@/media/bandwidth-ladder';

const TITLES = {
  network: 'You are back online.',
  pause: 'Your exam goes on.',
  other: 'You have more time.',
};

/** Offline, on the slow way round, or back: what it means for the candidate's time, by the real rule. */
export function ConnectionBanner() {
  const session = useAttemptSession();
  const connection = useAttempt((view) => view.connection);
  const givenBack = useAttempt((view) => view.givenBack);
  const rung = useAttempt((view) => view.rung);
  const recording = useAttempt((view) => view.recording);
  const timeSentence = useAttempt((view) => view.room.notice.time_sentence);
  return (
    <div role="status">
      {connection === 'offline' && (
        <Banner tone="medium" title="You are offline.">
          <p>Keep working: everything is kept here. {timeSentence}</p>
        </Banner>
      )}
      {connection === 'limited' && (
        <Banner title="Your network blocks a part of the connection.">
          <p>
            Your exam goes on, and everything reaches your proctor, chat too, only a little later. Your time
            is safe.
          </p>
        </Banner>
      )}
      {connection !== 'offline' && rung >= SLOW_FROM && (
        <Banner title="Your connection is slow.">
          <p>
            {recording.state === 'off' || recording.state === 'stopped'
              ? 'Your exam goes on.'
              : 'The recording is sent later; your exam goes on.'}{' '}
            A slow connection never counts against you.
          </p>
        </Banner>
      )}
      {recording.full && (
        <Banner tone="medium" title="There is no room for more of the recording.">
          <p>
            This browser cannot keep more of it until the connection is better. Your exam goes on, and your
            proctor has been told.
          </p>
        </Banner>
      )}
      {(connection === 'open' || connection === 'limited') && givenBack !== null && (
        <Banner
          tone="ok"
          title={TITLES[givenBack.after]}
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
          <p>
            {inWords(givenBack.seconds)} {isOne(givenBack.seconds) ? 'was' : 'were'}{' '}
            {givenBack.after === 'other' ? 'added to your time' : 'given back to you'}.
            {givenBack.after === 'network' && ' Everything you did meanwhile has been sent.'}
          </p>
          {givenBack.note !== '' && <p>Your proctor writes: {givenBack.note}</p>}
        </Banner>
      )}
    </div>
  );
}

import type { AttemptState } from '@/api/generated/socket';
import { useAttempt } from '@/attempt/AttemptContext';
import { StepPage } from '@/attempt/StepPage';
import { RestOfRecording } from './RestOfRecording';

const ENDS: Partial<Record<AttemptState, { title: string; words: string }>> = {
  ended: {
    title: 'Your exam was ended',
    words: 'A proctor ended this exam. If you do not know why, ask the people who run it.',
  },
  expired: {
    title: 'Time is up',
    words: 'The time for this exam has run out. What you did in it counts as it stands.',
  },
};
const DONE = {
  title: 'You are done',
  words: 'Your exam is finished and has been handed in. Well done for getting here.',
};

export function EndPage() {
  const state = useAttempt((view) => view.state);
  const reason = useAttempt((view) => view.reason);
  const room = useAttempt((view) => view.room);
  const { title, words } = ENDS[state] ?? DONE;
  const neverSat = !room.consented;
  return (
    <StepPage exam={room.exam_title} title={title} lead={<p>{words}</p>}>
      {state === 'ended' && reason !== null && reason !== '' && <p>What was said: {reason}</p>}
      {neverSat ? (
        <p>Nothing was recorded: you had not agreed to be watched.</p>
      ) : (
        <>
          <RestOfRecording />
          <h2>What happens with the recordings</h2>
          <p>Who sees them: {room.notice.who_sees}</p>
          <p>{room.notice.human_decides}</p>
          <p>
            After {room.notice.retention_days} {room.notice.retention_days === 1 ? 'day' : 'days'} they are
            deleted.
          </p>
        </>
      )}
    </StepPage>
  );
}

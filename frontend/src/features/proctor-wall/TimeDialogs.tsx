/** The windows for time: to one or to everybody, or back, and always with a reason. */
import { useState } from 'react';
import { TimeLedger } from '@/components/time/TimeLedger';
import { Segmented } from '@/components/ui/Segmented';
import { TextField } from '@/components/ui/TextField';
import { Form, type OneProps } from './ActionForm';
import { giveTime, giveTimeToAll, useAct } from './actions';
import { useLive, useWall } from './wall-context';

const MOST_MIN = 240;
const WAYS = [
  { value: 'give', label: 'Give time' },
  { value: 'take', label: 'Take back' },
] as const;

const REASON_HINT = 'Kept in the record. The candidate reads it.';

function useTime() {
  const [minutes, setMinutes] = useState('5');
  const [reason, setReason] = useState('');
  const given = Number(minutes);
  return {
    minutes: given,
    reason: reason.trim(),
    ready: given > 0 && given <= MOST_MIN && reason.trim() !== '',
    fields: (
      <>
        <TextField
          label="Minutes"
          type="number"
          range={{ min: 1, max: MOST_MIN, step: 'any' }}
          autoFocus
          value={minutes}
          onChange={setMinutes}
        />
        <TextField
          label="Reason"
          hint={REASON_HINT}
          isRequired
          maxLength={500}
          value={reason}
          onChange={setReason}
        />
      </>
    ),
  };
}

export function TimeDialog({ attemptId, name, onClose }: OneProps) {
  const ledger = useLive((state) => state.monitor?.attempts.get(attemptId)?.clock.ledger) ?? [];
  const byProctors = ledger.reduce((sum, one) => sum + (one.reason === 'proctor' ? one.seconds : 0), 0);
  const [way, setWay] = useState<'give' | 'take'>('give');
  const { minutes, reason, ready, fields } = useTime();
  const { act } = useAct();
  const takes = way === 'take';
  const seconds = Math.round(minutes * 60);
  const tooMuch = takes && seconds > byProctors;
  const send = () => {
    act({
      run: () => giveTime(attemptId, takes ? -seconds : seconds, reason),
      done: takes ? `${minutes} min were taken back from ${name}.` : `${name} has ${minutes} min more.`,
      ...(takes ? {} : { undo: () => giveTime(attemptId, -seconds, `Undone: ${reason}`.slice(0, 500)) }),
    });
  };
  return (
    <Form
      title={`Time of ${name}`}
      submit={ready ? `${takes ? 'Take back' : 'Give'} ${minutes} min` : takes ? 'Take back' : 'Give time'}
      ready={ready && !tooMuch}
      onClose={onClose}
      onSubmit={send}
    >
      {byProctors > 0 && (
        <div>
          <Segmented label="Give or take back" value={way} options={WAYS} onChange={setWay} />
        </div>
      )}
      {tooMuch && (
        <p role="status">
          Proctors gave {Math.floor(byProctors / 60)} min: no more can be taken back. What was given back by
          itself stays.
        </p>
      )}
      {fields}
      {ledger.length > 0 && (
        <section aria-label="Given back so far">
          <h3>Given back so far</h3>
          <TimeLedger ledger={ledger} />
        </section>
      )}
    </Form>
  );
}

export function TimeForAllDialog({ onClose }: { onClose: () => void }) {
  const { examId } = useWall();
  const inIt = useLive(
    (state) =>
      [...(state.monitor?.attempts.values() ?? [])].filter(
        (card) => card.state === 'live' || card.state === 'paused',
      ).length,
  );
  const { minutes, reason, ready, fields } = useTime();
  const { act } = useAct();
  const seconds = Math.round(minutes * 60);
  return (
    <Form
      title="Time for everyone in the exam"
      role="alertdialog"
      submit={ready ? `Give ${minutes} min to ${inIt}` : 'Give time to all'}
      ready={ready && inIt > 0}
      onClose={onClose}
      onSubmit={() => {
        act({
          run: () => giveTimeToAll(examId, seconds, reason),
          done: `Everyone in the exam has ${minutes} min more.`,
          undo: () => giveTimeToAll(examId, -seconds, `Undone: ${reason}`.slice(0, 500)),
        });
      }}
    >
      <p>
        {inIt === 0
          ? 'Nobody is in the exam now.'
          : `Everyone who is live or paused now gets it: ${inIt === 1 ? '1 candidate' : `${inIt} candidates`}. ` +
            'Who has not started loses no time and gets none.'}
      </p>
      {fields}
    </Form>
  );
}

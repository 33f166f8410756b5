/** What a proctor does to a candidate in the live view: the exam itself goes on. */
import { LogOut, MicOff } from 'lucide-react';
import { useState } from 'react';
import type { AttemptCard } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/TextField';
import { Form, type OneProps } from './ActionForm';
import { muteMicrophone, takeOut, useAct } from './actions';
import { useWall } from './wall-context';

export function MeetingActions({ card }: { card: AttemptCard }) {
  const { view } = useWall();
  const ask = (is: 'mute' | 'take_out') => () => {
    view.setState({ dialog: { is, attemptId: card.attempt_id } });
  };
  return (
    <>
      <Button size="small" isDisabled={!card.sharing.microphone} onPress={ask('mute')}>
        <MicOff size={14} aria-hidden /> Mute…
      </Button>
      <Button size="small" onPress={ask('take_out')}>
        <LogOut size={14} aria-hidden /> Take out…
      </Button>
    </>
  );
}

export function MuteDialog({ attemptId, name, onClose }: OneProps) {
  const { act } = useAct();
  return (
    <WithReason
      title={`Mute ${name} in the live view?`}
      submit={`Mute ${name}`}
      onClose={onClose}
      onSubmit={(reason) => {
        act({
          run: () => muteMicrophone(attemptId, reason),
          done: `The microphone of ${name} is off in the live view.`,
        });
      }}
    >
      <p>
        No proctor hears {name} any more. Only {name} can switch the sound on again. The exam goes on, and
        what the policy listens for is listened for as before.
      </p>
    </WithReason>
  );
}

export function TakeOutDialog({ attemptId, name, onClose }: OneProps) {
  const { act } = useAct();
  return (
    <WithReason
      title={`Take ${name} out of the live view?`}
      submit={`Take ${name} out`}
      onClose={onClose}
      onSubmit={(reason) => {
        act({
          run: () => takeOut(attemptId, reason),
          done: `${name} is out of the live view. The exam goes on.`,
        });
      }}
    >
      <p>
        The live picture and sound end for every proctor until somebody puts {name} back. The exam goes on,
        and pictures are looked at as before.
      </p>
    </WithReason>
  );
}

function WithReason({
  onSubmit,
  children,
  ...form
}: Pick<Parameters<typeof Form>[0], 'title' | 'submit' | 'onClose' | 'children'> & {
  onSubmit: (reason: string) => void;
}) {
  const [reason, setReason] = useState('');
  return (
    <Form
      {...form}
      role="alertdialog"
      ready={reason.trim() !== ''}
      onSubmit={() => {
        onSubmit(reason.trim());
      }}
    >
      {children}
      <TextField
        label="Reason (kept in the record, the candidate reads it)"
        isRequired
        maxLength={500}
        autoFocus
        value={reason}
        onChange={setReason}
      />
    </Form>
  );
}

/** What a proctor does to a candidate in the live view: the exam itself goes on. */
import { LogOut, MicOff } from 'lucide-react';
import type { AttemptCard } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { Form, type OneProps } from './ActionForm';
import { muteMicrophone, takeOut, useAct } from './actions';
import { useWall } from './wall-context';

export function MeetingActions({ card }: { card: AttemptCard }) {
  const { view } = useWall();
  const { act, isPending } = useAct();
  const name = card.candidate_name;
  return (
    <>
      <Button
        size="small"
        isDisabled={isPending || !card.sharing.microphone}
        onPress={() => {
          act({
            run: () => muteMicrophone(card.attempt_id),
            done: `The microphone of ${name} is off in the live view.`,
          });
        }}
      >
        <MicOff size={14} aria-hidden /> Mute
      </Button>
      <Button
        size="small"
        onPress={() => {
          view.setState({ dialog: { is: 'take_out', attemptId: card.attempt_id } });
        }}
      >
        <LogOut size={14} aria-hidden /> Take out…
      </Button>
    </>
  );
}

export function TakeOutDialog({ attemptId, name, onClose }: OneProps) {
  const { act } = useAct();
  return (
    <Form
      title={`Take ${name} out of the live view?`}
      role="alertdialog"
      submit={`Take ${name} out`}
      onClose={onClose}
      onSubmit={() => {
        act({ run: () => takeOut(attemptId), done: `${name} is out of the live view. The exam goes on.` });
      }}
    >
      <p>
        The live picture and sound end for every proctor. The exam goes on, and pictures are looked at as
        before. Opening a live view again lets {name} back in.
      </p>
    </Form>
  );
}

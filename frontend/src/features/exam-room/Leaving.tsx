import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useAttempt, useAttemptSession, useSecondsLeft } from '@/attempt/AttemptContext';
import { inWords } from '@/attempt/exam-clock';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';

export function FinishButton() {
  const session = useAttemptSession();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="primary"
        size="large"
        onPress={() => {
          setOpen(true);
        }}
      >
        Finish…
      </Button>
      {open && (
        <Ask
          title="Finish the exam?"
          verb="Finish now"
          deed={() => session.submit()}
          onClose={() => {
            setOpen(false);
          }}
        >
          <StillLeft />
          <p>You cannot come back after finishing. Camera and microphone are switched off.</p>
        </Ask>
      )}
    </>
  );
}

function StillLeft() {
  const left = useSecondsLeft();
  return left === null ? null : <p>You have {inWords(left < 120 ? left : left - (left % 60))} left.</p>;
}

export function WithdrawButton() {
  const session = useAttemptSession();
  const live = useAttempt((view) => view.state === 'live');
  const [open, setOpen] = useState(false);
  if (!live) {
    return null;
  }
  return (
    <>
      <Button
        variant="quiet"
        onPress={() => {
          setOpen(true);
        }}
      >
        Withdraw my consent…
      </Button>
      {open && (
        <Ask
          title="Withdraw your consent?"
          verb="Withdraw and pause"
          deed={() => session.withdraw()}
          onClose={() => {
            setOpen(false);
          }}
        >
          <p>
            Your exam is paused, its clock stands still, and your proctor talks with you about how to go on.
          </p>
        </Ask>
      )}
    </>
  );
}

interface AskProps {
  title: string;
  verb: string;
  deed: () => Promise<void>;
  onClose: () => void;
  children: React.ReactNode;
}

function Ask({ title, verb, deed, onClose, children }: AskProps) {
  const act = useMutation({ mutationFn: deed, onSuccess: onClose });
  return (
    <Dialog title={title} role="alertdialog" isOpen onClose={onClose}>
      {children}
      {act.error !== null && (
        <Banner tone="medium" live="alert" title="This did not work">
          <p>{act.error.message}</p>
        </Banner>
      )}
      <DialogActions>
        <Button size="large" onPress={onClose}>
          Back to the exam
        </Button>
        <Button
          variant="primary"
          size="large"
          isPending={act.isPending}
          onPress={() => {
            act.mutate();
          }}
        >
          {verb}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

import { api, ask } from '@/api/client';
import type { Candidate } from '@/api/types';
import { ReasonDialog } from '@/components/staff/ReasonDialog';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import { toast } from '@/components/ui/toast';
import { rosterKey, useListChange } from './queries';

type What = 'revoke' | 'remove' | 'renew';

const WORDS: Record<What, { title: string; says: string; button: string; done: string }> = {
  renew: {
    title: 'Make a new link for',
    says: 'The old link stops working at once. Send the new one.',
    button: 'Make a new link',
    done: 'has a new link.',
  },
  revoke: {
    title: 'Revoke the link of',
    says: 'The link stops working at once. A new one can be made at any time.',
    button: 'Revoke the link',
    done: 'cannot enter until there is a new link.',
  },
  remove: {
    title: 'Remove',
    says: 'They have not been here yet, so nothing is lost but their entry and their link.',
    button: 'Remove from the exam',
    done: 'is removed.',
  },
};

function request(examId: string, what: What, candidate: Candidate, reason: string): Promise<unknown> {
  const path = { exam_id: examId, attempt_id: candidate.attempt_id };
  const params = { params: { path } };
  switch (what) {
    case 'renew':
      return ask(api.POST('/api/v1/exams/{exam_id}/candidates/{attempt_id}/link', params));
    case 'revoke':
      return ask(
        api.DELETE('/api/v1/exams/{exam_id}/candidates/{attempt_id}/link', {
          params: { path, query: { reason } },
        }),
      );
    case 'remove':
      return ask(api.DELETE('/api/v1/exams/{exam_id}/candidates/{attempt_id}', params));
  }
}

export function RevokeDialog({
  examId,
  what,
  candidate,
  onClose,
}: {
  examId: string;
  what: What;
  candidate: Candidate;
  onClose: () => void;
}) {
  const words = WORDS[what];
  const title = `${words.title} ${candidate.name}?`;
  const change = useListChange(rosterKey(examId), (reason: string) =>
    request(examId, what, candidate, reason),
  );
  const send = (reason: string) => {
    change.mutate(reason, {
      onSuccess: () => {
        toast(`${candidate.name} ${words.done}`);
      },
      onSettled: onClose,
    });
  };
  if (what === 'revoke') {
    return (
      <ReasonDialog
        title={title}
        button={words.button}
        isPending={change.isPending}
        onDo={send}
        onClose={onClose}
      >
        <p>{words.says}</p>
      </ReasonDialog>
    );
  }
  return (
    <Dialog title={title} role="alertdialog" isOpen onClose={onClose}>
      <p>{words.says}</p>
      <DialogActions>
        <Button onPress={onClose}>Cancel</Button>
        <Button
          variant={what === 'renew' ? 'primary' : 'danger'}
          isPending={change.isPending}
          onPress={() => {
            send('');
          }}
        >
          {words.button}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

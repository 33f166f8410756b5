import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { api, ask } from '@/api/client';
import type { Candidate } from '@/api/types';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/TextField';
import { toast } from '@/components/ui/toast';
import { rosterKey } from './queries';
import styles from './ExamEditor.module.css';

const NOT_STARTED: ReadonlySet<Candidate['state']> = new Set(['invited', 'checking_in', 'waiting']);

/** Corrects who somebody is; their extra time only until the exam has started for them. */
export function CandidateDialog({
  examId,
  candidate,
  onClose,
}: {
  examId: string;
  candidate: Candidate;
  onClose: () => void;
}) {
  const [form, setForm] = useState({
    name: candidate.name,
    email: candidate.email ?? '',
    ref: candidate.ref ?? '',
    minutes: String(candidate.extra_time_s / 60),
  });
  const timed = NOT_STARTED.has(candidate.state);
  const queries = useQueryClient();
  // The refusal is said in the dialog, beside the field that caused it, and not in a toast behind it.
  const save = useMutation({
    mutationFn: (one: typeof form) =>
      ask(
        api.PATCH('/api/v1/exams/{exam_id}/candidates/{attempt_id}', {
          params: { path: { exam_id: examId, attempt_id: candidate.attempt_id } },
          body: {
            name: one.name.trim(),
            email: one.email.trim(),
            ref: one.ref.trim(),
            ...(timed && { extra_time_s: Math.round(Number(one.minutes) * 60) }),
          },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: rosterKey(examId) }),
  });
  const change = (field: keyof typeof form) => (value: string) => {
    setForm({ ...form, [field]: value });
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate(form, {
      onSuccess: () => {
        toast(`${form.name.trim()} is changed.`);
        onClose();
      },
    });
  };
  return (
    <Dialog title={`Edit ${candidate.name}`} isOpen onClose={onClose}>
      <form className={styles.dialogForm} onSubmit={submit}>
        {save.isError && (
          <Banner tone="high" live="alert">
            <p>{save.error.message}</p>
          </Banner>
        )}
        <TextField
          label="Name"
          isRequired
          autoFocus
          maxLength={200}
          value={form.name}
          onChange={change('name')}
        />
        <TextField label="Email (optional)" type="email" value={form.email} onChange={change('email')} />
        <TextField label="Reference (optional)" maxLength={100} value={form.ref} onChange={change('ref')} />
        {timed ? (
          <TextField
            label="Extra time, min"
            type="number"
            range={{ min: 0, max: 1440 }}
            value={form.minutes}
            onChange={change('minutes')}
          />
        ) : (
          <p>The exam has started for them. A proctor gives more time on the wall, with a reason.</p>
        )}
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" isPending={save.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

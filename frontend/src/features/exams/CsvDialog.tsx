import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask } from '@/api/client';
import type { CsvResult } from '@/api/types';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/TextField';
import { toast } from '@/components/ui/toast';
import { CsvReport } from './CsvReport';
import { examKey, rosterKey } from './queries';

const EXAMPLE = 'name,email,ref,extra_minutes\nAda Lovelace,ada@example.org,S-1815,0';

/** Paste, look at what it would do, then do it: nothing is added while any row is wrong. */
export function CsvDialog({
  examId,
  isOpen,
  onClose,
}: {
  examId: string;
  isOpen: boolean;
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  const [checked, setChecked] = useState<CsvResult | null>(null);
  const queries = useQueryClient();
  const send = useMutation({
    mutationFn: (dryRun: boolean) =>
      ask(
        api.POST('/api/v1/exams/{exam_id}/candidates/csv', {
          params: { path: { exam_id: examId } },
          body: { text, dry_run: dryRun },
        }),
      ),
  });
  const leave = () => {
    setText('');
    setChecked(null);
    send.reset();
    onClose();
  };
  const check = () => {
    send.mutate(true, { onSuccess: setChecked });
  };
  const add = () => {
    send.mutate(false, {
      onSuccess: (result) => {
        setChecked(result);
        if (result.errors.length > 0) return;
        void queries.invalidateQueries({ queryKey: rosterKey(examId) });
        void queries.invalidateQueries({ queryKey: examKey(examId), exact: true });
        toast(`${result.added.length} added. Their links are in the table.`);
        leave();
      },
    });
  };
  const ready = checked !== null && checked.errors.length === 0 && checked.would_add > 0;
  return (
    <Dialog title="Paste candidates" width="wide" isOpen={isOpen} onClose={leave}>
      <TextField
        label="CSV with a first line of names"
        hint="Columns: name (needed), email, ref, extra_minutes. Copied from a spreadsheet works too."
        rows={8}
        autoFocus
        placeholder={EXAMPLE}
        value={text}
        onChange={(value) => {
          setText(value);
          setChecked(null);
        }}
      />
      {send.isError && (
        <Banner tone="high" live="alert">
          <p>{send.error.message}</p>
        </Banner>
      )}
      {checked !== null && <CsvReport result={checked} text={text} />}
      <DialogActions>
        <Button onPress={leave}>Cancel</Button>
        {ready ? (
          <Button variant="primary" isPending={send.isPending} onPress={add}>
            Add {checked.would_add} {checked.would_add === 1 ? 'candidate' : 'candidates'}
          </Button>
        ) : (
          <Button
            variant="primary"
            isPending={send.isPending}
            isDisabled={text.trim() === ''}
            onPress={check}
          >
            Check
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { api, ask } from '@/api/client';
import type { Candidate } from '@/api/types';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import { toast } from '@/components/ui/toast';
import { PHOTO_TYPES, photoTrouble } from './photo-file';
import { rosterKey } from './queries';
import styles from './ExamEditor.module.css';

const PATH = '/api/v1/exams/{exam_id}/candidates/{attempt_id}/photo';

/** Gives, replaces or removes a candidate's reference photo. It goes in and never comes out, so none is shown. */
export function PhotoDialog({
  examId,
  candidate,
  onClose,
}: {
  examId: string;
  candidate: Candidate;
  onClose: () => void;
}) {
  const { name, has_photo: has } = candidate;
  const params = { params: { path: { exam_id: examId, attempt_id: candidate.attempt_id } } };
  const [trouble, setTrouble] = useState<string | null>(null);
  const [removing, setRemoving] = useState(false);
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: async (file: File | null) => {
      if (file === null) {
        await ask(api.DELETE(PATH, params));
        return;
      }
      await ask(
        api.PUT(PATH, {
          ...params,
          // The schema has no type for bytes; the browser sends the file as it is.
          body: file as unknown as string,
          bodySerializer: (body) => body,
          headers: { 'Content-Type': file.type },
        }),
      );
    },
    onSuccess: async (_, file) => {
      await queries.invalidateQueries({ queryKey: rosterKey(examId) });
      toast(file === null ? `The photo of ${name} is removed.` : `${name} has a photo now.`);
      onClose();
    },
  });
  const chosen = (file: File | undefined) => {
    if (file === undefined) return;
    const why = photoTrouble(file);
    setTrouble(why);
    if (why === null) change.mutate(file);
  };
  const said = trouble ?? change.error?.message ?? null;
  if (removing) {
    return (
      <Dialog title={`Remove the photo of ${name}?`} role="alertdialog" isOpen onClose={onClose}>
        <p>It is deleted at once and cannot be had back from here. The camera check then compares nothing.</p>
        {change.error !== null && (
          <Banner tone="high" live="alert">
            <p>{change.error.message}</p>
          </Banner>
        )}
        <DialogActions>
          <Button
            onPress={() => {
              setRemoving(false);
            }}
          >
            Cancel
          </Button>
          <Button
            variant="danger"
            isPending={change.isPending}
            onPress={() => {
              change.mutate(null);
            }}
          >
            Remove the photo
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog title={`Photo of ${name}`} isOpen onClose={onClose}>
      <div className={styles.dialogForm}>
        <p>
          The face at the camera check is compared with this photo, and the proctor is told when the two are
          unlike. Nothing else uses it, nobody can download it, and it is deleted after the exam.
        </p>
        <p className={styles.hint}>JPEG, PNG or WebP, at most 5 MB, with this one face clearly seen.</p>
        {said !== null && (
          <Banner tone="high" live="alert">
            <p>{said}</p>
          </Banner>
        )}
        <p role="status">{change.isPending && change.variables !== null ? 'Looking at the photo…' : ''}</p>
      </div>
      <DialogActions>
        <Button onPress={onClose}>Close</Button>
        {has && (
          <Button
            variant="danger"
            isDisabled={change.isPending}
            onPress={() => {
              setRemoving(true);
            }}
          >
            Remove…
          </Button>
        )}
        <FileTrigger
          acceptedFileTypes={PHOTO_TYPES}
          onSelect={(files) => {
            chosen(files?.[0]);
          }}
        >
          <Button variant="primary" isPending={change.isPending}>
            {has ? 'Choose another photo' : 'Choose a photo'}
          </Button>
        </FileTrigger>
      </DialogActions>
    </Dialog>
  );
}

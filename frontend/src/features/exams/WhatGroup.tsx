import { useState, type SyntheticEvent } from 'react';
import { ApiProblem } from '@/api/client';
import type { Exam } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { Markdown } from '@/components/ui/Markdown';
import { Segmented } from '@/components/ui/Segmented';
import { TextField } from '@/components/ui/TextField';
import { toast } from '@/components/ui/toast';
import { useChangeExam } from './queries';
import styles from './ExamEditor.module.css';

const MODES = [
  { value: 'text', label: 'Text here' },
  { value: 'frame', label: 'A page in a frame' },
  { value: 'beside', label: 'Opened beside' },
] as const;

const MODE_HINTS = {
  text: 'The questions are the text below; answers are given on paper or in a system of your own.',
  frame: 'A page of yours is shown inside the exam room. It must allow being framed.',
  beside:
    'The candidate works in another window. Leaving the tab, the window or full screen then means nothing and is not watched.',
} as const;

export function WhatGroup({ exam, mayEdit }: { exam: Exam; mayEdit: boolean }) {
  const [draft, setDraft] = useState({
    title: exam.title,
    instructions: exam.instructions,
    content_mode: exam.content_mode,
    content_text: exam.content_text,
    content_url: exam.content_url ?? '',
  });
  const save = useChangeExam(exam.id);
  const wrong = save.error instanceof ApiProblem ? save.error.fields : new Map<string, string>();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const url = draft.content_url.trim();
    save.mutate(
      { ...draft, content_url: url === '' ? null : url },
      {
        onSuccess: () => {
          toast('Saved.');
        },
      },
    );
  };
  return (
    <form className={styles.group} onSubmit={submit} aria-labelledby="group-what">
      <h2 id="group-what">What</h2>
      <TextField
        label="Title"
        isRequired
        isDisabled={!mayEdit}
        maxLength={200}
        error={wrong.get('title')}
        value={draft.title}
        onChange={(title) => {
          setDraft({ ...draft, title });
        }}
      />
      <WithPreview
        label="Instructions"
        hint="Markdown. Shown before and during the exam."
        text={draft.instructions}
        mayEdit={mayEdit}
        onChange={(instructions) => {
          setDraft({ ...draft, instructions });
        }}
      />
      <div className={styles.row}>
        <span>The exam itself</span>
        <Segmented
          label="Where the exam itself is"
          value={draft.content_mode}
          options={MODES}
          onChange={(content_mode) => {
            if (mayEdit) setDraft({ ...draft, content_mode });
          }}
        />
      </div>
      <p className={styles.hint}>{MODE_HINTS[draft.content_mode]}</p>
      {draft.content_mode === 'text' ? (
        <WithPreview
          label="Text of the exam"
          hint="Markdown. Sent to a candidate only while their exam runs."
          text={draft.content_text}
          mayEdit={mayEdit}
          onChange={(content_text) => {
            setDraft({ ...draft, content_text });
          }}
        />
      ) : (
        <TextField
          label="Address of the page"
          type="url"
          placeholder="https://"
          hint="https only. Sent to a candidate only while their exam runs."
          isRequired
          isDisabled={!mayEdit}
          error={wrong.get('content_url')}
          value={draft.content_url}
          onChange={(content_url) => {
            setDraft({ ...draft, content_url });
          }}
        />
      )}
      {save.isError && wrong.size === 0 && <p role="alert">{save.error.message}</p>}
      {mayEdit && (
        <div className={styles.actions}>
          <Button type="submit" variant="primary" isPending={save.isPending}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}

function WithPreview({
  label,
  hint,
  text,
  mayEdit,
  onChange,
}: {
  label: string;
  hint: string;
  text: string;
  mayEdit: boolean;
  onChange: (text: string) => void;
}) {
  const [shown, setShown] = useState<'write' | 'preview'>(mayEdit ? 'write' : 'preview');
  return (
    <div className={styles.columns} data-one>
      <div>
        <Segmented
          label={`${label}: write or preview`}
          value={shown}
          options={[
            { value: 'write', label: `Write: ${label.toLowerCase()}` },
            { value: 'preview', label: 'Preview' },
          ]}
          onChange={setShown}
        />
        {shown === 'write' ? (
          <TextField
            label={label}
            hideLabel
            hint={hint}
            rows={7}
            isDisabled={!mayEdit}
            value={text}
            onChange={onChange}
          />
        ) : (
          <div className={styles.preview}>
            {text.trim() === '' ? <p>Nothing is written yet.</p> : <Markdown text={text} />}
          </div>
        )}
      </div>
    </div>
  );
}

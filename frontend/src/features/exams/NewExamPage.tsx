import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useNavigate } from 'react-router';
import { api, ApiProblem, ask } from '@/api/client';
import { StaffPage } from '@/components/staff/StaffPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Select } from '@/components/ui/Select';
import { TextField } from '@/components/ui/TextField';
import { fromLocalField, toLocalField, zoneName } from '@/format/time';
import { PRESETS, type PresetName } from './presets';
import { examsKey } from './queries';
import styles from './ExamEditor.module.css';

const HOUR_MS = 3_600_000;

/** The next full hour, so that the times that are filled in look like times that people choose. */
const nextHour = () => Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;

interface Draft {
  title: string;
  opens: string;
  closes: string;
  minutes: string;
  preset: PresetName;
}

export function NewExamPage() {
  return <StaffPage title="New exam">{() => <NewExamForm />}</StaffPage>;
}

function NewExamForm() {
  const [form, setForm] = useState<Draft>(() => ({
    title: '',
    opens: toLocalField(nextHour()),
    closes: toLocalField(nextHour() + 2 * HOUR_MS),
    minutes: '90',
    preset: 'standard',
  }));
  const navigate = useNavigate();
  const queries = useQueryClient();
  const opensAt = fromLocalField(form.opens);
  const closesAt = fromLocalField(form.closes);
  const create = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/api/v1/exams', {
          body: {
            title: form.title.trim(),
            instructions: '',
            content_mode: 'text',
            content_text: '',
            content_url: null,
            opens_at: opensAt ?? 0,
            closes_at: closesAt ?? 0,
            duration_s: Math.round(Number(form.minutes) * 60),
            preset: form.preset,
          },
        }),
      ),
    onSuccess: (exam) => {
      void queries.invalidateQueries({ queryKey: examsKey });
      void navigate(`/exams/${exam.id}`);
    },
  });
  const wrong = create.error instanceof ApiProblem ? create.error.fields : new Map<string, string>();
  const backwards = opensAt !== null && closesAt !== null && closesAt <= opensAt;
  const change = (field: 'title' | 'opens' | 'closes' | 'minutes') => (value: string) => {
    setForm({ ...form, [field]: value });
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!backwards) create.mutate();
  };
  return (
    <form className={styles.group} onSubmit={submit}>
      <h1 className={styles.title}>New exam</h1>
      <p>
        The rest (text, candidates, staff, signals) is set up on the next page. All of it can be changed
        later.
      </p>
      {create.isError && (
        <Banner tone="high" live="alert">
          <p>{create.error.message}</p>
        </Banner>
      )}
      <TextField
        label="Title"
        isRequired
        autoFocus
        maxLength={200}
        error={wrong.get('title')}
        value={form.title}
        onChange={change('title')}
      />
      <div className={styles.columns}>
        <TextField
          label="Opens"
          type="datetime-local"
          isRequired
          hint={opensAt === null ? undefined : zoneName(opensAt)}
          value={form.opens}
          onChange={change('opens')}
        />
        <TextField
          label="Closes"
          type="datetime-local"
          isRequired
          error={backwards ? 'It must close after it opens.' : wrong.get('closes_at')}
          value={form.closes}
          onChange={change('closes')}
        />
        <TextField
          label="Time for each candidate, in minutes"
          type="number"
          range={{ min: 1, max: 1440 }}
          isRequired
          error={wrong.get('duration_s')}
          value={form.minutes}
          onChange={change('minutes')}
        />
      </div>
      <Select
        label="What is watched"
        value={form.preset}
        options={PRESETS.map(({ value, label, sentence }) => ({ value, label: `${label}: ${sentence}` }))}
        onChange={(preset) => {
          setForm({ ...form, preset });
        }}
      />
      <div className={styles.actions}>
        <Button type="submit" variant="primary" isPending={create.isPending}>
          Create the exam
        </Button>
      </div>
    </form>
  );
}

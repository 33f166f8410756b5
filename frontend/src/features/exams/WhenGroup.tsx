import { useState, type SyntheticEvent } from 'react';
import { ApiProblem } from '@/api/client';
import type { Exam } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/TextField';
import { toast } from '@/components/ui/toast';
import { fromLocalField, toLocalField, zoneName } from '@/format/time';
import { useChangeExam } from './queries';
import styles from './ExamEditor.module.css';

export function WhenGroup({ exam, mayEdit }: { exam: Exam; mayEdit: boolean }) {
  const [opens, setOpens] = useState(() => toLocalField(exam.opens_at));
  const [closes, setCloses] = useState(() => toLocalField(exam.closes_at));
  const [minutes, setMinutes] = useState(String(exam.duration_s / 60));
  const [linkHours, setLinkHours] = useState(exam.link_hours === null ? '' : String(exam.link_hours));
  const save = useChangeExam(exam.id);
  const wrong = save.error instanceof ApiProblem ? save.error.fields : new Map<string, string>();
  const opensAt = fromLocalField(opens);
  const closesAt = fromLocalField(closes);
  const backwards = opensAt !== null && closesAt !== null && closesAt <= opensAt;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (opensAt === null || closesAt === null || backwards) return;
    save.mutate(
      {
        opens_at: opensAt,
        closes_at: closesAt,
        duration_s: Math.round(Number(minutes) * 60),
        link_hours: Number(linkHours), // 0: no limit of its own
      },
      {
        onSuccess: () => {
          toast('Saved.');
        },
      },
    );
  };
  return (
    <form className={styles.group} onSubmit={submit} aria-labelledby="group-when">
      <header>
        <h2 id="group-when">When</h2>
        <span className={styles.hint}>Your time zone: {zoneName(opensAt ?? exam.opens_at)}</span>
      </header>
      <div className={styles.columns}>
        <TextField
          label="Opens"
          type="datetime-local"
          isRequired
          isDisabled={!mayEdit}
          error={wrong.get('opens_at')}
          value={opens}
          onChange={setOpens}
        />
        <TextField
          label="Closes"
          type="datetime-local"
          isRequired
          isDisabled={!mayEdit}
          error={backwards ? 'It must close after it opens.' : wrong.get('closes_at')}
          value={closes}
          onChange={setCloses}
        />
        <TextField
          label="Time for each candidate, in minutes"
          hint="Counted from their start; the exam’s end ends it too."
          type="number"
          range={{ min: 1, max: 1440 }}
          isRequired
          isDisabled={!mayEdit}
          error={wrong.get('duration_s')}
          value={minutes}
          onChange={setMinutes}
        />
        <TextField
          label="Invite links work for (hours)"
          hint="Counted from when each is made. Empty: until the exam closes."
          type="number"
          range={{ min: 0, max: 8784 }}
          isDisabled={!mayEdit}
          error={wrong.get('link_hours')}
          value={linkHours}
          onChange={setLinkHours}
        />
      </div>
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

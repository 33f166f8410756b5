import { Check, Copy, Download, Pencil, RefreshCw, Trash2, Unlink } from 'lucide-react';
import { useRef, useState, type SyntheticEvent } from 'react';
import { api, ask } from '@/api/client';
import type { Candidate, Exam } from '@/api/types';
import { LoadProblem, Waiting } from '@/components/staff/StaffPage';
import { Button } from '@/components/ui/Button';
import { EmptyState } from '@/components/ui/EmptyState';
import { StateMark } from '@/components/ui/StateMark';
import { TextField } from '@/components/ui/TextField';
import { toast, toastProblem } from '@/components/ui/toast';
import { dateAndTime } from '@/format/time';
import { CandidateDialog } from './CandidateDialog';
import { CsvDialog } from './CsvDialog';
import { download, linksCsv } from './links-csv';
import { PhotoDialog } from './PhotoDialog';
import { rosterKey, useListChange, useRoster } from './queries';
import { RevokeDialog } from './RevokeDialog';
import styles from './ExamEditor.module.css';

export function RosterGroup({ exam, mayEdit }: { exam: Exam; mayEdit: boolean }) {
  const roster = useRoster(exam.id);
  const [pasting, setPasting] = useState(false);
  const candidates = roster.data ?? [];
  return (
    <section className={styles.group} aria-labelledby="group-who">
      <header>
        <h2 id="group-who">Who: candidates</h2>
        <div className={styles.actions}>
          {mayEdit && (
            <Button
              onPress={() => {
                setPasting(true);
              }}
            >
              Paste CSV…
            </Button>
          )}
          {candidates.length > 0 && (
            <Button
              onPress={() => {
                download(`${exam.title} links.csv`, linksCsv(candidates));
              }}
            >
              <Download size={14} aria-hidden /> Links as CSV
            </Button>
          )}
        </div>
      </header>
      {roster.isError ? (
        <LoadProblem error={roster.error} onRetry={() => void roster.refetch()} />
      ) : roster.data === undefined ? (
        <Waiting what="the candidates" />
      ) : candidates.length === 0 ? (
        <EmptyState title="No candidates yet">
          <p>Add them one by one below, or paste a list. Each gets a link of their own.</p>
        </EmptyState>
      ) : (
        <RosterTable exam={exam} candidates={candidates} mayEdit={mayEdit} />
      )}
      {mayEdit && <AddCandidate examId={exam.id} />}
      <CsvDialog
        examId={exam.id}
        isOpen={pasting}
        onClose={() => {
          setPasting(false);
        }}
      />
    </section>
  );
}

function RosterTable({
  exam,
  candidates,
  mayEdit,
}: {
  exam: Exam;
  candidates: readonly Candidate[];
  mayEdit: boolean;
}) {
  const [asked, setAsked] = useState<{
    what: 'edit' | 'photo' | 'revoke' | 'remove' | 'renew';
    candidate: Candidate;
  } | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const close = () => {
    setAsked(null);
    // A dialog hands the focus back a frame later; the button it came from may have gone with its row or link.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) list.current?.focus();
      });
    });
  };
  const copy = (candidate: Candidate) => {
    navigator.clipboard.writeText(candidate.link).then(() => {
      toast(`The link of ${candidate.name} is copied.`);
    }, toastProblem);
  };
  return (
    // It scrolls sideways on small screens, so the keyboard has to reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={list} className={styles.scroll} tabIndex={0} role="region" aria-label="Candidates">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col" className={styles.number}>
              No.
            </th>
            <th scope="col">Name</th>
            <th scope="col">Email</th>
            <th scope="col">Reference</th>
            <th scope="col">Extra time</th>
            <th scope="col">Photo</th>
            <th scope="col">State</th>
            <th scope="col">Link</th>
          </tr>
        </thead>
        <tbody>
          {candidates.map((one) => (
            <tr key={one.attempt_id}>
              <td className={styles.number}>{one.number}</td>
              <th scope="row">{one.name}</th>
              <td>{one.email ?? ''}</td>
              <td>{one.ref ?? ''}</td>
              <td>{one.extra_time_s > 0 ? `${one.extra_time_s / 60} min` : ''}</td>
              <td>
                <div className={styles.photo}>
                  {one.has_photo && (
                    <span>
                      <Check size={14} aria-hidden /> Has photo
                    </span>
                  )}
                  {mayEdit && (
                    <Button
                      size="small"
                      variant="quiet"
                      aria-label={
                        one.has_photo ? `Change the photo of ${one.name}` : `Add a photo of ${one.name}`
                      }
                      onPress={() => {
                        setAsked({ what: 'photo', candidate: one });
                      }}
                    >
                      {one.has_photo ? 'Change' : 'Add a photo'}
                    </Button>
                  )}
                </div>
              </td>
              <td>
                <StateMark state={one.state} />
              </td>
              <td>
                <div>
                  {one.link === '' ? (
                    <span>No link</span>
                  ) : (
                    <Button
                      size="small"
                      aria-label={`Copy the link of ${one.name}`}
                      onPress={() => {
                        copy(one);
                      }}
                    >
                      <Copy size={14} aria-hidden /> Copy
                    </Button>
                  )}
                  {mayEdit && (
                    <>
                      <Button
                        size="small"
                        iconOnly
                        variant="quiet"
                        aria-label={`Edit ${one.name}`}
                        onPress={() => {
                          setAsked({ what: 'edit', candidate: one });
                        }}
                      >
                        <Pencil size={14} aria-hidden />
                      </Button>
                      <Button
                        size="small"
                        iconOnly
                        variant="quiet"
                        aria-label={
                          one.link === ''
                            ? `New link for ${one.name}`
                            : `New link for ${one.name}, this one runs out ${dateAndTime(one.link_expires_at)}`
                        }
                        onPress={() => {
                          setAsked({ what: 'renew', candidate: one });
                        }}
                      >
                        <RefreshCw size={14} aria-hidden />
                      </Button>
                      {one.link !== '' && (
                        <Button
                          size="small"
                          iconOnly
                          variant="quiet"
                          aria-label={`Revoke the link of ${one.name}`}
                          onPress={() => {
                            setAsked({ what: 'revoke', candidate: one });
                          }}
                        >
                          <Unlink size={14} aria-hidden />
                        </Button>
                      )}
                      {one.state === 'invited' && (
                        <Button
                          size="small"
                          iconOnly
                          variant="quiet"
                          aria-label={`Remove ${one.name}`}
                          onPress={() => {
                            setAsked({ what: 'remove', candidate: one });
                          }}
                        >
                          <Trash2 size={14} aria-hidden />
                        </Button>
                      )}
                    </>
                  )}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {asked?.what === 'edit' && (
        <CandidateDialog examId={exam.id} candidate={asked.candidate} onClose={close} />
      )}
      {asked?.what === 'photo' && (
        <PhotoDialog examId={exam.id} candidate={asked.candidate} onClose={close} />
      )}
      {asked !== null && asked.what !== 'edit' && asked.what !== 'photo' && (
        <RevokeDialog examId={exam.id} what={asked.what} candidate={asked.candidate} onClose={close} />
      )}
    </div>
  );
}

const EMPTY = { name: '', email: '', ref: '', minutes: '' };

function AddCandidate({ examId }: { examId: string }) {
  const [form, setForm] = useState(EMPTY);
  const add = useListChange(rosterKey(examId), (one: typeof EMPTY) =>
    ask(
      api.POST('/api/v1/exams/{exam_id}/candidates', {
        params: { path: { exam_id: examId } },
        body: {
          name: one.name.trim(),
          email: one.email.trim() === '' ? null : one.email.trim(),
          ref: one.ref.trim() === '' ? null : one.ref.trim(),
          extra_time_s: Math.round(Number(one.minutes) * 60),
        },
      }),
    ),
  );
  const change = (field: keyof typeof EMPTY) => (value: string) => {
    setForm({ ...form, [field]: value });
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    add.mutate(form, {
      onSuccess: () => {
        toast(`${form.name.trim()} is added.`);
        setForm(EMPTY);
      },
    });
  };
  return (
    <form className={styles.add} onSubmit={submit} aria-label="Add a candidate">
      <TextField label="Name" isRequired maxLength={200} value={form.name} onChange={change('name')} />
      <TextField label="Email (optional)" type="email" value={form.email} onChange={change('email')} />
      <TextField label="Reference (optional)" maxLength={100} value={form.ref} onChange={change('ref')} />
      <TextField
        label="Extra time, min"
        type="number"
        range={{ min: 0, max: 1440 }}
        value={form.minutes}
        onChange={change('minutes')}
      />
      <Button type="submit" isPending={add.isPending}>
        Add
      </Button>
    </form>
  );
}

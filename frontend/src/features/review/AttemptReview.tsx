import { Play, Printer } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { AttemptDetail, Incident, Verdict } from '@/api/types';
import { IncidentCard } from '@/components/incident/IncidentCard';
import { VERDICT_WORDS } from '@/components/incident/signals';
import { LoadProblem, Waiting } from '@/components/staff/StaffPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Download } from '@/components/ui/Download';
import { Kbd } from '@/components/ui/Kbd';
import { StateMark } from '@/components/ui/StateMark';
import { TextField } from '@/components/ui/TextField';
import { toast } from '@/components/ui/toast';
import { useTick } from '@/format/tick';
import { dateAndTime, howLong } from '@/format/time';
import { AttemptRecord } from './AttemptRecord';
import { LEAD_MS } from './player/reel';
import { policyLine } from './policy-line';
import { useAttempt, useCloseReview, useDecide, useMayExport, usePolicyOf } from './queries';
import { RecordingPart, usePlayback } from './RecordingPart';
import { reviewKey } from './review-keys';
import styles from './AttemptReview.module.css';

export function AttemptReview({ attemptId }: { attemptId: string }) {
  const attempt = useAttempt(attemptId);
  if (attempt.isError) return <LoadProblem error={attempt.error} onRetry={() => void attempt.refetch()} />;
  if (attempt.data === undefined) return <Waiting what="the attempt" />;
  return <Detail detail={attempt.data} />;
}

const CHAIN_WORDS: Record<AttemptDetail['chain'], { tone: 'ok' | 'medium' | 'high'; words: string }> = {
  intact: { tone: 'ok', words: 'The record is whole: nothing in it was changed since it was written.' },
  erased: {
    tone: 'medium',
    words: 'Parts of the record were erased at the end of their time; the rest is whole.',
  },
  broken: {
    tone: 'high',
    words: 'The record does not fit together: something in it was changed. Do not rely on it.',
  },
};

function Detail({ detail }: { detail: AttemptDetail }) {
  const { card, incidents } = detail;
  const policy = usePolicyOf(detail.exam_id);
  const openedAt = useTick((now) => Math.floor(now / 60_000) * 60_000);
  const mayExport = useMayExport(detail.exam_id);
  const undecided = incidents.filter((one) => one.verdict === 'undecided').length;
  const [current, setCurrent] = useState<string | null>(
    () => (incidents.find((one) => one.verdict === 'undecided') ?? incidents[0])?.id ?? null,
  );
  const decide = useDecide(card.attempt_id);
  const settle = (incident: Incident, verdict: Verdict, note: string) => {
    decide.mutate(
      { incidentId: incident.id, verdict, note },
      {
        onSuccess: () => {
          toast(`${VERDICT_WORDS[verdict]}.`, () => {
            decide.mutate({
              incidentId: incident.id,
              verdict: incident.verdict,
              note: incident.verdict_note,
            });
          });
        },
      },
    );
  };
  useReviewKeys(incidents, current, setCurrent, settle);
  const chain = CHAIN_WORDS[detail.chain];
  const recording = usePlayback(detail);
  const watch = (incident: Incident) => {
    recording.made?.playback.seek(incident.began_at - LEAD_MS);
    recording.made?.playback.play();
    document.getElementById('recording')?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div className={styles.detail}>
      <header className={styles.head}>
        <div>
          <p className={styles.printed}>
            {detail.exam_title}. Review of one attempt, printed {dateAndTime(openedAt)}.
          </p>
          <h2>{card.candidate_name}</h2>
          <p className={styles.facts}>
            <StateMark state={card.state} />
            {card.candidate_ref !== null && <span>{card.candidate_ref}</span>}
            {detail.candidate_email !== null && <span>{detail.candidate_email}</span>}
            {card.clock.started_at !== null && <span>started {dateAndTime(card.clock.started_at)}</span>}
            {card.clock.credited_s > 0 && <span>{howLong(card.clock.credited_s * 1000)} given back</span>}
          </p>
        </div>
        <div className={styles.actions}>
          <Button
            onPress={() => {
              window.print();
            }}
          >
            <Printer size={14} aria-hidden /> Print
          </Button>
          {mayExport && (
            <Download href={`/api/v1/attempts/${card.attempt_id}/export`}>Download record</Download>
          )}
          <CloseReview detail={detail} undecided={undecided} />
        </div>
      </header>
      <Banner tone="info">
        <p>
          An incident is something that the machine observed. It is no finding of guilt: look at the pictures,
          think of harmless reasons, and decide.
        </p>
      </Banner>
      <RecordingPart detail={detail} part={recording} />
      <section className={styles.incidents} aria-label="Incidents">
        <header className={styles.row}>
          <h3>
            {incidents.length === 1 ? '1 incident' : `${incidents.length} incidents`}, {undecided} undecided
          </h3>
          <span className={styles.keys}>
            <Kbd>J</Kbd> <Kbd>K</Kbd> walk <Kbd>C</Kbd> confirm <Kbd>D</Kbd> dismiss <Kbd>L</Kbd> second look{' '}
            <Kbd>U</Kbd> undo
          </span>
        </header>
        {incidents.length === 0 && <p>Nothing was observed in this attempt.</p>}
        {incidents.map((one) => {
          const line = policyLine(policy.data?.policy, one.signal);
          return (
            <IncidentCard
              key={one.id}
              incident={one}
              current={one.id === current}
              {...(line === undefined ? {} : { policyLine: line })}
            >
              {recording.made !== null && (
                <div className={styles.watch}>
                  <Button
                    size="small"
                    onPress={() => {
                      watch(one);
                    }}
                  >
                    <Play size={14} aria-hidden /> Watch the recording
                  </Button>
                </div>
              )}
              <Verdicts incident={one} busy={decide.isPending} onSettle={settle} />
            </IncidentCard>
          );
        })}
      </section>
      <AttemptRecord detail={detail} />
      <Banner tone={chain.tone}>
        <p>{chain.words}</p>
      </Banner>
    </div>
  );
}

function useReviewKeys(
  incidents: readonly Incident[],
  current: string | null,
  setCurrent: (id: string) => void,
  settle: (incident: Incident, verdict: Verdict, note: string) => void,
): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const at = incidents.findIndex((one) => one.id === current);
      const action = reviewKey(event);
      const incident = incidents[at];
      if (action === null) return;
      if (action.do === 'walk') {
        const next = incidents[Math.min(incidents.length - 1, Math.max(0, at + action.by))];
        if (next === undefined) return;
        setCurrent(next.id);
        document.getElementById(`incident-${next.id}`)?.scrollIntoView({ block: 'center' });
      } else if (incident !== undefined) {
        settle(incident, action.verdict, incident.verdict_note);
      }
    };
    window.addEventListener('keydown', pressed);
    return () => {
      window.removeEventListener('keydown', pressed);
    };
  });
}

function Verdicts({
  incident,
  busy,
  onSettle,
}: {
  incident: Incident;
  busy: boolean;
  onSettle: (incident: Incident, verdict: Verdict, note: string) => void;
}) {
  const [note, setNote] = useState(incident.verdict_note);
  const choose = (verdict: Verdict) => () => {
    onSettle(incident, verdict, note.trim());
  };
  return (
    <div className={styles.verdicts}>
      <TextField
        label={`Note on this incident`}
        hideLabel
        placeholder="Note (optional)"
        maxLength={2000}
        value={note}
        onChange={setNote}
      />
      <div className={styles.actions}>
        {(['confirmed', 'dismissed', 'second_look'] as const).map((verdict) => (
          <Button
            key={verdict}
            size="small"
            variant={incident.verdict === verdict ? 'primary' : 'secondary'}
            isDisabled={busy}
            onPress={choose(verdict)}
          >
            {{ confirmed: 'Confirm', dismissed: 'Dismiss', second_look: 'Second look' }[verdict]}
          </Button>
        ))}
        {incident.verdict !== 'undecided' && (
          <Button size="small" variant="quiet" isDisabled={busy} onPress={choose('undecided')}>
            Undo
          </Button>
        )}
      </div>
    </div>
  );
}

function CloseReview({ detail, undecided }: { detail: AttemptDetail; undecided: number }) {
  const close = useCloseReview(detail.card.attempt_id);
  const { state } = detail.card;
  if (state === 'reviewed') return <span>Review closed</span>;
  if (!['submitted', 'ended', 'expired'].includes(state)) return null;
  return (
    <Button
      variant="primary"
      isDisabled={undecided > 0}
      isPending={close.isPending}
      onPress={() => {
        close.mutate();
      }}
    >
      {undecided > 0 ? `${undecided} to decide` : 'Close the review'}
    </Button>
  );
}

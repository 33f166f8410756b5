import { useState } from 'react';
import type { AttemptCard, Incident, Verdict } from '@/api/types';
import { IncidentCard } from '@/components/incident/IncidentCard';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/TextField';
import { decide, useAct } from './actions';
import styles from './PanelIncidents.module.css';

/** All incidents of the candidate, newest first, each with its pictures and what a person decided. */
export function PanelIncidents({ card, incidents }: { card: AttemptCard; incidents: readonly Incident[] }) {
  return (
    <section className={styles.list} aria-label="Incidents">
      <h3>Incidents</h3>
      {incidents.length === 0 && <p>Nothing was observed so far.</p>}
      {incidents.toReversed().map((one) => (
        <IncidentCard key={one.id} incident={one}>
          <Decide incident={one} name={card.candidate_name} />
        </IncidentCard>
      ))}
    </section>
  );
}

function Decide({ incident, name }: { incident: Incident; name: string }) {
  const [note, setNote] = useState<string | null>(null);
  const { act } = useAct();
  const settle = (verdict: Verdict, done: string) => () => {
    act({
      run: () => decide(incident.id, verdict, note?.trim() ?? ''),
      done,
      undo: () => decide(incident.id, incident.verdict, incident.verdict_note),
    });
    setNote(null);
  };
  if (incident.verdict !== 'undecided') {
    return (
      <div className={styles.actions}>
        <Button
          size="small"
          variant="quiet"
          onPress={() => {
            act({ run: () => decide(incident.id, 'undecided') });
          }}
        >
          Undo the decision
        </Button>
      </div>
    );
  }
  return (
    <>
      {note !== null && (
        <TextField label="Note" rows={2} maxLength={2000} autoFocus value={note} onChange={setNote} />
      )}
      <div className={styles.actions}>
        <Button size="small" onPress={settle('confirmed', `Confirmed for ${name}.`)}>
          Confirm
        </Button>
        <Button size="small" onPress={settle('dismissed', `Dismissed for ${name}.`)}>
          Dismiss
        </Button>
        <Button size="small" onPress={settle('second_look', 'Kept for a second look.')}>
          Second look
        </Button>
        {note === null && (
          <Button
            size="small"
            variant="quiet"
            onPress={() => {
              setNote('');
            }}
          >
            Add a note
          </Button>
        )}
      </div>
    </>
  );
}

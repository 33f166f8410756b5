import { useState, type SyntheticEvent } from 'react';
import { ApiProblem } from '@/api/client';
import type { Exam, Policy, PolicyCatalogue } from '@/api/types';
import { Waiting } from '@/components/staff/StaffPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Check } from '@/components/ui/Check';
import { Select } from '@/components/ui/Select';
import { toast } from '@/components/ui/toast';
import { ClockGroup } from './ClockGroup';
import { NumberField } from './NumberField';
import { PRESETS } from './presets';
import { useCatalogue, useChangePolicy } from './queries';
import { PlanCostLine, RecordingGroup } from './RecordingGroup';
import { ScanGroup } from './ScanGroup';
import { SignalGroups } from './SignalGroups';
import styles from './ExamEditor.module.css';

export function PolicyGroup({ exam, mayEdit }: { exam: Exam; mayEdit: boolean }) {
  const catalogue = useCatalogue();
  return (
    <section className={styles.group} aria-labelledby="group-watched">
      <header>
        <h2 id="group-watched">What is watched</h2>
        <span className={styles.hint}>
          Revision {exam.policy.revision}. Who has checked in keeps the one they agreed to.
        </span>
      </header>
      {catalogue.data === undefined ? (
        <Waiting what="the signals" />
      ) : (
        <PolicyForm key={exam.policy.revision} exam={exam} catalogue={catalogue.data} mayEdit={mayEdit} />
      )}
    </section>
  );
}

function PolicyForm({
  exam,
  catalogue,
  mayEdit,
}: {
  exam: Exam;
  catalogue: PolicyCatalogue;
  mayEdit: boolean;
}) {
  const [policy, setPolicy] = useState<Policy>(exam.policy.policy);
  const save = useChangePolicy(exam.id);
  const changed = JSON.stringify(policy) !== JSON.stringify(exam.policy.policy);
  const known = PRESETS.find((preset) => preset.value === policy.name.toLowerCase());
  const off = new Set(exam.policy.switched_off);
  const set = (change: Partial<Policy>) => {
    setPolicy({ ...policy, ...change, name: known === undefined ? policy.name : 'Adjusted' });
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate(policy, {
      onSuccess: (answer) => {
        toast(`Saved as revision ${answer.revision}.`);
      },
    });
  };
  return (
    <form className={styles.policy} onSubmit={submit}>
      <div className={styles.columns}>
        <Select
          label="Start from"
          isDisabled={!mayEdit}
          value={known?.value ?? 'custom'}
          options={[
            ...PRESETS.map(({ value, label, sentence }) => ({ value, label: `${label}: ${sentence}` })),
            ...(known === undefined ? [{ value: 'custom' as const, label: 'Adjusted for this exam' }] : []),
          ]}
          onChange={(name) => {
            const preset = catalogue.presets[name];
            if (preset !== undefined) setPolicy(preset);
          }}
        />
        <Select
          label="Who lets candidates in"
          isDisabled={!mayEdit}
          value={policy.admission}
          options={[
            { value: 'automatic', label: 'They start when they are ready' },
            { value: 'proctor', label: 'A proctor lets each one in' },
          ]}
          onChange={(admission) => {
            set({ admission });
          }}
        />
      </div>
      <div className={styles.row}>
        <Check
          isDisabled={!mayEdit}
          isSelected={policy.require_screen}
          onChange={(on) => {
            set({ require_screen: on });
          }}
        >
          The screen must be shared
        </Check>
        <Check
          isDisabled={!mayEdit}
          isSelected={policy.require_microphone}
          onChange={(on) => {
            set({ require_microphone: on });
          }}
        >
          The microphone must be on
        </Check>
        <Check
          isDisabled={!mayEdit}
          isSelected={policy.camera_check}
          onChange={(on) => {
            set({ camera_check: on });
          }}
        >
          A camera check before the exam
        </Check>
        <Check
          isDisabled={!mayEdit}
          isSelected={policy.tell_watching}
          onChange={(on) => {
            set({ tell_watching: on });
          }}
        >
          Tell the candidate while a proctor watches live
        </Check>
      </div>
      {off.size > 0 && (
        <Banner tone="info">
          <p>
            The exam is opened beside, so {off.size} signals are off: leaving the tab, the window or full
            screen is part of the work then.
          </p>
        </Banner>
      )}
      <SignalGroups
        catalogue={catalogue}
        policy={policy}
        off={off}
        mayEdit={mayEdit}
        onChange={(signals) => {
          set({ signals });
        }}
      />
      <ScanGroup
        policy={policy}
        mayEdit={mayEdit}
        onChange={(scan) => {
          set({ scan });
        }}
      />
      <PlanCostLine policy={policy} />
      <ClockGroup policy={policy} mayEdit={mayEdit} onChange={set} />
      <RecordingGroup
        policy={policy}
        mayEdit={mayEdit}
        onChange={(recording) => {
          set({ recording });
        }}
      />
      <div className={styles.columns}>
        <NumberField
          label="Risk halves every (s)"
          value={policy.risk_half_life_s}
          min={10}
          max={86400}
          mayEdit={mayEdit}
          onChange={(risk_half_life_s) => {
            set({ risk_half_life_s });
          }}
        />
        <NumberField
          label="Pictures are kept for (days)"
          value={policy.retention_days}
          min={1}
          max={3650}
          mayEdit={mayEdit}
          onChange={(retention_days) => {
            set({ retention_days });
          }}
        />
        <NumberField
          label="What a face was compared with is kept for (hours after the exam)"
          value={policy.identity_retention_hours}
          min={0}
          max={8760}
          step="1"
          mayEdit={mayEdit}
          onChange={(identity_retention_hours) => {
            set({ identity_retention_hours });
          }}
        />
      </div>
      {save.isError && (
        <Banner tone="high" live="alert">
          <p>{save.error.message}</p>
          {save.error instanceof ApiProblem &&
            [...save.error.fields].map(([field, message]) => (
              <p key={field}>
                {field}: {message}
              </p>
            ))}
        </Banner>
      )}
      {mayEdit && (
        <div className={styles.actions}>
          <Button type="submit" variant="primary" isDisabled={!changed} isPending={save.isPending}>
            Save as a new revision
          </Button>
          {changed && (
            <Button
              onPress={() => {
                setPolicy(exam.policy.policy);
              }}
            >
              Undo my changes
            </Button>
          )}
        </div>
      )}
    </form>
  );
}

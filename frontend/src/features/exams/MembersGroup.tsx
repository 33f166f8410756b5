import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, ask } from '@/api/client';
import type { Exam } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { EmptyState } from '@/components/ui/EmptyState';
import { Select } from '@/components/ui/Select';
import { toast } from '@/components/ui/toast';
import { membersKey, useListChange, useMembers } from './queries';
import styles from './ExamEditor.module.css';

type MemberRole = 'proctor' | 'reviewer';

const ROLES = [
  { value: 'proctor', label: 'Proctor' },
  { value: 'reviewer', label: 'Reviewer' },
] as const;

export function MembersGroup({ exam }: { exam: Exam }) {
  const members = useMembers(exam.id);
  const staff = useQuery({ queryKey: ['staff'], queryFn: () => ask(api.GET('/api/v1/staff')) });
  const [chosen, setChosen] = useState('');
  const [role, setRole] = useState<MemberRole>('proctor');
  const path = (userId: string) => ({ params: { path: { exam_id: exam.id, user_id: userId } } });
  const put = useListChange(membersKey(exam.id), (one: { userId: string; role: MemberRole }) =>
    ask(
      api.PUT('/api/v1/exams/{exam_id}/staff/{user_id}', { ...path(one.userId), body: { role: one.role } }),
    ),
  );
  const remove = useListChange(membersKey(exam.id), (userId: string) =>
    ask(api.DELETE('/api/v1/exams/{exam_id}/staff/{user_id}', path(userId))),
  );
  const here = new Set(members.data?.map((one) => one.user_id));
  const others = (staff.data ?? []).filter(
    (one) => !here.has(one.id) && !one.disabled && one.role !== 'admin',
  );
  return (
    <section className={styles.group} aria-labelledby="group-staff">
      <header>
        <h2 id="group-staff">Who: staff</h2>
        <span className={styles.hint}>Administrators see every exam.</span>
      </header>
      {members.data?.length === 0 && (
        <EmptyState title="Nobody proctors this exam yet">
          <p>Choose somebody below, or keep it to the administrators.</p>
        </EmptyState>
      )}
      {(members.data?.length ?? 0) > 0 && (
        // It scrolls sideways on small screens, so the keyboard has to reach it.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Staff of this exam">
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Email</th>
                <th scope="col">In this exam</th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {members.data?.map((one) => (
                <tr key={one.user_id}>
                  <th scope="row">{one.name}</th>
                  <td>{one.email}</td>
                  <td>
                    <Select
                      label={`Role of ${one.name} in this exam`}
                      hideLabel
                      value={one.role === 'reviewer' ? 'reviewer' : 'proctor'}
                      options={ROLES}
                      onChange={(changed) => {
                        put.mutate({ userId: one.user_id, role: changed });
                      }}
                    />
                  </td>
                  <td>
                    <Button
                      size="small"
                      variant="quiet"
                      aria-label={`Remove ${one.name} from this exam`}
                      onPress={() => {
                        remove.mutate(one.user_id, {
                          onSuccess: () => {
                            toast(`${one.name} no longer sees this exam.`, () => {
                              put.mutate({
                                userId: one.user_id,
                                role: one.role === 'reviewer' ? 'reviewer' : 'proctor',
                              });
                            });
                          },
                        });
                      }}
                    >
                      Remove
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {others.length === 0 ? (
        <p className={styles.hint}>
          Everyone with an account is here already. <Link to="/staff">Invite somebody</Link>
        </p>
      ) : (
        <div className={styles.add}>
          <Select
            label="Add"
            value={chosen}
            options={[
              { value: '', label: 'Choose somebody' },
              ...others.map((one) => ({ value: one.id, label: `${one.name} (${one.email})` })),
            ]}
            onChange={setChosen}
          />
          <Select label="As" value={role} options={ROLES} onChange={setRole} />
          <Button
            isDisabled={chosen === ''}
            isPending={put.isPending}
            onPress={() => {
              put.mutate({ userId: chosen, role });
              setChosen('');
            }}
          >
            Add to the exam
          </Button>
        </div>
      )}
    </section>
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState, type SyntheticEvent } from 'react';
import { api, ask } from '@/api/client';
import type { Me, Role, StaffMember } from '@/api/types';
import { PageHead } from '@/components/staff/PageHead';
import { LoadProblem, StaffPage, Waiting } from '@/components/staff/StaffPage';
import { LongCell, RowActions, Table } from '@/components/staff/Table';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Refusal } from '@/components/ui/Refusal';
import { Select } from '@/components/ui/Select';
import { TextField } from '@/components/ui/TextField';
import { toast, toastProblem } from '@/components/ui/toast';
import { dateAndTime } from '@/format/time';
import { LoginsDialog } from './LoginsDialog';
import styles from './StaffListPage.module.css';

const STAFF = ['staff'] as const;

const ROLES: readonly { value: Role; label: string }[] = [
  { value: 'proctor', label: 'Proctor' },
  { value: 'reviewer', label: 'Reviewer' },
  { value: 'admin', label: 'Administrator' },
];

interface Link {
  name: string;
  link: string;
  expiresAt: number;
}

export function StaffListPage() {
  return <StaffPage title="Staff">{(me) => <Accounts me={me} />}</StaffPage>;
}

function Accounts({ me }: { me: Me }) {
  const staff = useQuery({ queryKey: STAFF, queryFn: () => ask(api.GET('/api/v1/staff')) });
  const [link, setLink] = useState<Link | null>(null);
  return (
    <>
      <PageHead title="Staff">
        Administrators set up exams and accounts. Proctors and reviewers see the exams they are added to.
      </PageHead>
      {link !== null && <LinkBanner link={link} />}
      {staff.isError ? (
        <LoadProblem error={staff.error} onRetry={() => void staff.refetch()} />
      ) : staff.data === undefined ? (
        <Waiting what="the accounts" />
      ) : (
        <StaffTable staff={staff.data} me={me} onLink={setLink} />
      )}
      {staff.data !== undefined && <Invite onLink={setLink} />}
    </>
  );
}

function LinkBanner({ link }: { link: Link }) {
  return (
    <Banner
      tone="ok"
      live="polite"
      title={`Send this link to ${link.name}`}
      actions={
        <Button
          onPress={() => {
            navigator.clipboard.writeText(link.link).then(() => {
              toast('Copied.');
            }, toastProblem);
          }}
        >
          <Copy size={14} aria-hidden /> Copy
        </Button>
      }
    >
      <p>
        It sets their password, works once and runs out {dateAndTime(link.expiresAt)}. It is not shown again.
      </p>
      <code className={styles.link}>{link.link}</code>
    </Banner>
  );
}

function StaffTable({
  staff,
  me,
  onLink,
}: {
  staff: readonly StaffMember[];
  me: Me;
  onLink: (link: Link) => void;
}) {
  const queries = useQueryClient();
  const [logins, setLogins] = useState<StaffMember | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: STAFF });
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string; role?: Role; disabled?: boolean }) =>
      ask(api.PATCH('/api/v1/staff/{user_id}', { params: { path: { user_id: id } }, body })),
    onSuccess: refresh,
    onError: toastProblem,
  });
  const renew = useMutation({
    mutationFn: (id: string) =>
      ask(api.POST('/api/v1/staff/{user_id}/link', { params: { path: { user_id: id } } })),
    onSuccess: (made) => {
      onLink({ name: made.staff.name, link: made.link, expiresAt: made.expires_at });
    },
    onError: toastProblem,
  });
  return (
    <>
      <Table label="Accounts" columns={['Name', 'Email', 'Role', 'State', 'Second factor', 'Actions']}>
        {staff.map((one) => (
          <tr key={one.id} data-faint={one.disabled || undefined}>
            <th scope="row">{one.name}</th>
            <LongCell>{one.email}</LongCell>
            <td>
              <Select
                label={`Role of ${one.name}`}
                hideLabel
                isDisabled={one.id === me.id}
                value={one.role}
                options={ROLES}
                onChange={(role) => {
                  change.mutate({ id: one.id, role });
                }}
              />
            </td>
            <td>{one.disabled ? 'Disabled' : one.has_password ? 'Active' : 'Invited'}</td>
            <td>{one.second_factor ? 'On' : 'Off'}</td>
            <td>
              {one.id === me.id ? (
                'You'
              ) : (
                <RowActions>
                  <Button
                    size="small"
                    aria-label={`Logins of ${one.name}`}
                    onPress={() => {
                      setLogins(one);
                    }}
                  >
                    Logins
                  </Button>
                  <Button
                    size="small"
                    aria-label={`New link for ${one.name}, to set a password`}
                    onPress={() => {
                      renew.mutate(one.id);
                    }}
                  >
                    New link
                  </Button>
                  <Button
                    size="small"
                    variant={one.disabled ? 'secondary' : 'danger'}
                    aria-label={`${one.disabled ? 'Enable' : 'Disable'} ${one.name}`}
                    onPress={() => {
                      change.mutate(
                        { id: one.id, disabled: !one.disabled },
                        {
                          onSuccess: () => {
                            toast(
                              one.disabled
                                ? `${one.name} can log in again.`
                                : `${one.name} is logged out and cannot log in.`,
                              () => {
                                change.mutate({ id: one.id, disabled: one.disabled });
                              },
                            );
                          },
                        },
                      );
                    }}
                  >
                    {one.disabled ? 'Enable' : 'Disable'}
                  </Button>
                </RowActions>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {logins !== null && (
        <LoginsDialog
          member={staff.find((one) => one.id === logins.id) ?? logins}
          onClose={() => {
            setLogins(null);
          }}
        />
      )}
    </>
  );
}

function Invite({ onLink }: { onLink: (link: Link) => void }) {
  const [form, setForm] = useState<{ name: string; email: string; role: Role }>({
    name: '',
    email: '',
    role: 'proctor',
  });
  const queries = useQueryClient();
  const invite = useMutation({
    mutationFn: () => ask(api.POST('/api/v1/staff', { body: form })),
    onSuccess: (made) => {
      onLink({ name: made.staff.name, link: made.link, expiresAt: made.expires_at });
      setForm({ name: '', email: '', role: 'proctor' });
      void queries.invalidateQueries({ queryKey: STAFF });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <form className={styles.invite} onSubmit={submit} aria-labelledby="invite">
      <h2 id="invite">Invite somebody</h2>
      <Refusal error={invite.error} />
      <div className={styles.fields}>
        <TextField
          label="Name"
          isRequired
          maxLength={200}
          value={form.name}
          onChange={(name) => {
            setForm({ ...form, name });
          }}
        />
        <TextField
          label="Email"
          type="email"
          isRequired
          value={form.email}
          onChange={(email) => {
            setForm({ ...form, email });
          }}
        />
        <Select
          label="Role"
          value={form.role}
          options={ROLES}
          onChange={(role) => {
            setForm({ ...form, role });
          }}
        />
        <Button type="submit" variant="primary" isPending={invite.isPending}>
          Make the link
        </Button>
      </div>
    </form>
  );
}

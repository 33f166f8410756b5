import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask } from '@/api/client';
import type { AuditEntry } from '@/api/types';
import { PageHead } from '@/components/staff/PageHead';
import { LoadProblem, StaffPage, Waiting } from '@/components/staff/StaffPage';
import { LongCell, Table } from '@/components/staff/Table';
import { Button } from '@/components/ui/Button';
import { Download } from '@/components/ui/Download';
import { EmptyState } from '@/components/ui/EmptyState';
import { Select } from '@/components/ui/Select';
import { TextField } from '@/components/ui/TextField';
import { dateAndTime, fromLocalField } from '@/format/time';
import { actionWords, detailWords, FAMILIES, onWords, whoWords, type Family } from './audit-words';
import styles from './Access.module.css';

interface Wanted {
  actor: string;
  action: Family;
  exam: string;
  from: string;
  to: string;
}

const EVERYTHING: Wanted = { actor: '', action: '', exam: '', from: '', to: '' };
const ADDRESS = '/api/v1/audit';

export function AuditPage() {
  return <StaffPage title="Audit log">{() => <Audit />}</StaffPage>;
}

function queryOf(wanted: Wanted) {
  const from = fromLocalField(wanted.from);
  const to = fromLocalField(wanted.to);
  return {
    ...(wanted.actor === '' ? {} : { actor: wanted.actor }),
    ...(wanted.action === '' ? {} : { action: wanted.action }),
    ...(wanted.exam === '' ? {} : { exam: wanted.exam }),
    ...(from === null ? {} : { from_ms: from }),
    ...(to === null ? {} : { to_ms: to }),
  };
}

function Audit() {
  const [wanted, setWanted] = useState(EVERYTHING);
  const query = queryOf(wanted);
  const pages = useInfiniteQuery({
    queryKey: ['audit', query],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET(ADDRESS, { params: { query: pageParam === null ? query : { ...query, after: pageParam } } }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const entries = pages.data?.pages.flatMap((page) => page.entries);
  return (
    <>
      <PageHead title="Audit log">
        What staff and API keys did, the newest first. What happened in an attempt is in its own record too.
      </PageHead>
      <Filter wanted={wanted} onChange={setWanted} />
      <Download href={`${ADDRESS}/csv?${words.toString()}`}>As a spreadsheet (CSV)</Download>
      {pages.isError ? (
        <LoadProblem error={pages.error} onRetry={() => void pages.refetch()} />
      ) : entries === undefined ? (
        <Waiting what="the log" />
      ) : entries.length === 0 ? (
        <EmptyState title="Nothing fits">
          <p>No line of the log is of this person, kind, exam and time.</p>
        </EmptyState>
      ) : (
        <Entries entries={entries} />
      )}
      {pages.hasNextPage && (
        <div className={styles.buttons}>
          <Button isPending={pages.isFetchingNextPage} onPress={() => void pages.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function Filter({ wanted, onChange }: { wanted: Wanted; onChange: (wanted: Wanted) => void }) {
  const staff = useQuery({ queryKey: ['staff'], queryFn: () => ask(api.GET('/api/v1/staff')) });
  const exams = useQuery({ queryKey: ['exams'], queryFn: () => ask(api.GET('/api/v1/exams')) });
  const people = (staff.data ?? []).map((one) => ({ value: one.id, label: one.name }));
  const titles = (exams.data ?? []).map((one) => ({ value: one.id, label: one.title }));
  return (
    <div className={styles.fields} role="search" aria-label="Filter">
      <Select
        label="Who"
        value={wanted.actor}
        options={[{ value: '', label: 'Everybody' }, ...people]}
        onChange={(actor) => {
          onChange({ ...wanted, actor });
        }}
      />
      <Select
        label="What"
        value={wanted.action}
        options={FAMILIES}
        onChange={(action) => {
          onChange({ ...wanted, action });
        }}
      />
      <Select
        label="Exam"
        value={wanted.exam}
        options={[{ value: '', label: 'Any' }, ...titles]}
        onChange={(exam) => {
          onChange({ ...wanted, exam });
        }}
      />
      <TextField
        label="From"
        type="datetime-local"
        value={wanted.from}
        onChange={(from) => {
          onChange({ ...wanted, from });
        }}
      />
      <TextField
        label="Until"
        type="datetime-local"
        value={wanted.to}
        onChange={(to) => {
          onChange({ ...wanted, to });
        }}
      />
    </div>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <Table label="Audit log" columns={['When', 'Who', 'What', 'On', 'Reason', 'From']}>
      {entries.map((entry) => (
        <tr key={entry.id}>
          <td>
            <time>{dateAndTime(entry.at)}</time>
          </td>
          <th scope="row">{whoWords(entry)}</th>
          <LongCell>
            {actionWords(entry)}
            <div className={styles.faint}>{detailWords(entry)}</div>
          </LongCell>
          <LongCell>
            {entry.exam_title ?? ''}
            <div className={styles.faint} title={entry.on_id ?? undefined}>
              {onWords(entry)}
            </div>
          </LongCell>
          <LongCell>{entry.reason ?? ''}</LongCell>
          <td>{entry.address ?? ''}</td>
        </tr>
      ))}
    </Table>
  );
}

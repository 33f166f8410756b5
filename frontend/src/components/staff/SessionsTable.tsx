import { useState } from 'react';
import type { StaffSession } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { clockOrDay } from '@/format/time';
import { browserName } from './browser-name';
import { Table } from './Table';

/** Where somebody is signed in. */
export function SessionsTable({
  label,
  sessions,
  onEnd,
}: {
  label: string;
  sessions: readonly StaffSession[];
  onEnd?: (session: StaffSession) => void;
}) {
  const [now] = useState(() => Date.now());
  const columns = ['Browser', 'Address', 'Signed in', 'Last used'];
  return (
    <Table label={label} columns={onEnd === undefined ? columns : [...columns, 'Actions']}>
      {sessions.map((session) => (
        <tr key={session.id}>
          <th scope="row" title={session.browser ?? undefined}>
            {browserName(session.browser)}
            {session.current && ' (this one)'}
          </th>
          <td>{session.address ?? 'unknown'}</td>
          <td>{clockOrDay(session.created_at, now)}</td>
          <td>{clockOrDay(session.last_used_at, now)}</td>
          {onEnd !== undefined && (
            <td>
              {!session.current && (
                <Button
                  size="small"
                  aria-label={`Sign out ${browserName(session.browser)}, signed in ${clockOrDay(session.created_at, now)}`}
                  onPress={() => {
                    onEnd(session);
                  }}
                >
                  Sign out
                </Button>
              )}
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

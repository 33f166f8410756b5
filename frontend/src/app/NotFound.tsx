import { Notice } from '@/app/Notice';

export function NotFound() {
  return (
    <Notice title="Page not found">
      <p>There is nothing at this address. If you came by an invitation link, copy the whole link again.</p>
    </Notice>
  );
}

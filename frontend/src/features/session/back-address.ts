/** Where to go after the login: only an address of our own, never one that somebody put into a link. */
export function backAddress(wanted: string | null): string {
  if (wanted?.startsWith('/') !== true) return '/exams';
  const url = new URL(wanted, window.location.origin);
  return url.origin === window.location.origin && !url.pathname.startsWith('/login')
    ? `${url.pathname}${url.search}`
    : '/exams';
}

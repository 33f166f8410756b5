import { useEffect, useState } from 'react';

/**
 * The token behind the # of a one-time link. It never reaches the server's logs there; once read it leaves the
 * address bar and the history too.
 */
export function useLinkToken(): string {
  const [token] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    window.history.replaceState(window.history.state, '', window.location.pathname);
  }, []);
  return token;
}

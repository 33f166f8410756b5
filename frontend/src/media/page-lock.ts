/** A lock of a page that has just been left is let go a moment later. */
const WAIT_MS = 1_500;

/**
 * Takes the browser-wide lock of an attempt and returns the way to let it go; null when another tab holds
 * it. A browser without locks is let through: the server refuses a second page as well.
 */
export async function takePageLock(attemptId: string): Promise<(() => void) | null> {
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) {
    return () => undefined;
  }
  return new Promise((resolve) => {
    const hold = () => {
      const { promise, resolve: letGo } = withResolvers();
      resolve(letGo);
      return promise;
    };
    locks
      .request(`examhall-attempt-${attemptId}`, { signal: AbortSignal.timeout(WAIT_MS) }, hold)
      .catch(() => {
        resolve(null);
      });
  });
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** A lock of a page that has just been left is let go a moment later. */
const WAIT_MS = 1_500;

/**
 * Takes the browser-wide lock of an attempt, held as long as the page lives; false when another tab holds
 * it. A browser without locks is let through: the server refuses a second page as well.
 */
export async function takePageLock(attemptId: string): Promise<boolean> {
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) {
    return true;
  }
  return new Promise((resolve) => {
    locks
      .request(`examhall-attempt-${attemptId}`, { signal: AbortSignal.timeout(WAIT_MS) }, () => {
        resolve(true);
        return new Promise(() => {
          /* held until the page is gone */
        });
      })
      .catch(() => {
        resolve(false);
      });
  });
}

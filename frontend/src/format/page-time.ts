/**
 * This page's own line of time, ms since 1970: it does not move when the computer's clock is set. What is compared
 * with the server's clock uses it; it may stand while the computer sleeps, and the next word of the server mends that.
 */
export function pageNow(): number {
  return performance.timeOrigin + performance.now();
}

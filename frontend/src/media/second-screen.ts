/** Chromium tells whether the desktop reaches over several screens; other browsers tell nothing. */
type TellingScreen = Screen & EventTarget & { isExtended?: boolean };

/** Reports how it stands, then each change. Returns the way to stop. */
export function watchScreens(report: (kind: 'second_screen_on' | 'second_screen_off') => void): () => void {
  const screen = window.screen as TellingScreen;
  if (typeof screen.isExtended !== 'boolean') return () => undefined;
  let extended: boolean | undefined;
  const look = () => {
    if (screen.isExtended !== extended) {
      extended = screen.isExtended;
      report(extended === true ? 'second_screen_on' : 'second_screen_off');
    }
  };
  const stop = new AbortController();
  screen.addEventListener('change', look, { signal: stop.signal });
  look();
  return () => {
    stop.abort();
  };
}

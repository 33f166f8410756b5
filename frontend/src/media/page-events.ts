import type { PageEventKind } from '@/api/generated/socket';
import { watchScreens } from '@/media/second-screen';

export interface PageEventOptions {
  focus: boolean;
  fullscreen: boolean;
  clipboard: boolean;
  screens: boolean;
}

/**
 * Reports what the page sees of itself: only that something happened, never what was copied or typed. The
 * server decides how long it must last to matter. Returns the way to stop.
 */
export function watchPage(options: PageEventOptions, report: (kind: PageEventKind) => void): () => void {
  const stop = new AbortController();
  const on = (target: EventTarget, type: string, listener: () => void) => {
    target.addEventListener(type, listener, { signal: stop.signal, capture: true });
  };
  if (options.focus) {
    on(document, 'visibilitychange', () => {
      report(document.visibilityState === 'hidden' ? 'tab_hidden' : 'tab_visible');
    });
    watchFocus(on, report, stop.signal);
  }
  if (options.fullscreen) {
    on(document, 'fullscreenchange', () => {
      report(document.fullscreenElement === null ? 'fullscreen_left' : 'fullscreen_entered');
    });
  }
  if (options.clipboard) {
    for (const deed of ['copy', 'cut', 'paste'] as const) {
      on(document, deed, () => {
        report(`clipboard_${deed}`);
      });
    }
  }
  const stopScreens = options.screens ? watchScreens(report) : () => undefined;
  return () => {
    stop.abort();
    stopScreens();
  };
}

/** How the page stands now: what an earlier page load last reported may be long over. */
function reportNow(options: PageEventOptions, report: (kind: PageEventKind) => void): void {
  if (options.focus) {
    report(document.visibilityState === 'hidden' ? 'tab_hidden' : 'tab_visible');
    report(hasFocus() ? 'window_focused' : 'window_blurred');
  }
  // A browser that has no full screen (on a phone) is not out of it.
  if (options.fullscreen && document.fullscreenEnabled) {
    report(document.fullscreenElement === null ? 'fullscreen_left' : 'fullscreen_entered');
  }
}

/** Leaving the exam's own frame for another window tells the page nothing, so focus is also looked at. */
const LOOK_EVERY_MS = 1_000;

function watchFocus(
  on: (target: EventTarget, type: string, listener: () => void) => void,
  report: (kind: PageEventKind) => void,
  signal: AbortSignal,
): void {
  let focused = hasFocus();
  const look = () => {
    if (hasFocus() !== focused) {
      focused = !focused;
      report(focused ? 'window_focused' : 'window_blurred');
    }
  };
  on(window, 'focus', look);
  on(window, 'blur', look);
  const timer = setInterval(look, LOOK_EVERY_MS);
  signal.addEventListener('abort', () => {
    clearInterval(timer);
  });
}

/** A click into the exam's frame blurs the window but keeps the document's focus: hasFocus() includes frames. */
function hasFocus(): boolean {
  return document.hasFocus();
}

/** Watching that goes on and off; each time it begins, it says how things stand. */
export class PageWatch {
  readonly #report: (kind: PageEventKind) => void;
  #stop: (() => void) | null = null;

  constructor(report: (kind: PageEventKind) => void) {
    this.#report = report;
  }

  /** Null stops; options are those of the first call until then. */
  watch(options: PageEventOptions | null): void {
    if (options === null) {
      this.#stop?.();
      this.#stop = null;
    } else if (this.#stop === null) {
      reportNow(options, this.#report);
      this.#stop = watchPage(options, this.#report);
    }
  }
}

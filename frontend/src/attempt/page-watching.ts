import type { PageEventKind } from '@/api/generated/socket';
import type { AttemptView } from '@/attempt/attempt-store';
import { PageWatch } from '@/media/page-events';

const UNWATCHED = { focus: false, clipboard: false, fullscreen: false, screens: false };

/** What the page reports of itself while the exam runs, as the policy asks. */
export class PageWatching {
  readonly #page: PageWatch;
  readonly #fullScreen: PageWatch;

  constructor(report: (kind: PageEventKind) => void) {
    this.#page = new PageWatch(report);
    this.#fullScreen = new PageWatch(report);
  }

  follow({ room, state, devicesReady }: AttemptView): void {
    const live = room.consented && (state === 'live' || state === 'paused');
    const { watch_focus: focus, watch_clipboard: clipboard, watch_fullscreen: fullscreen } = room;
    this.#page.watch(live ? { ...UNWATCHED, focus, clipboard, screens: room.watch_second_screen } : null);
    // A reload leaves full screen; until the candidate has clicked, that is nobody's doing.
    this.#fullScreen.watch(live && devicesReady ? { ...UNWATCHED, fullscreen } : null);
  }

  stop(): void {
    this.#page.watch(null);
    this.#fullScreen.watch(null);
  }
}

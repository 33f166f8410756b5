import { ApiProblem } from '@/api/client';
import { Again } from '@/media/again';
import type { CandidateLine, CandidateMeeting, Published, WatchTerms } from '@/media/meeting-client';
import { enter, type Meeting } from '@/media/realtimekit/enter';

/** What of the page's devices the kit takes from the page; a screen it would ask the candidate for once more. */
const SHOWN = ['camera', 'microphone'] as const;

/** The candidate's side at RealtimeKit: enters its meeting when somebody first looks, and shows copies of its tracks. */
export class RealtimeKitCandidate implements CandidateMeeting {
  readonly #line: CandidateLine;
  readonly #watches = new Set<string>();
  readonly #joining = new Again(() => this.#join());
  readonly #sent = new Map<(typeof SHOWN)[number], { raw: MediaStreamTrack; copy: MediaStreamTrack }>();
  #published: Published = { camera: null, microphone: null, screen: null };
  #meeting: Meeting | null = null;
  #carrying: Promise<void> = Promise.resolve();

  constructor(line: CandidateLine) {
    this.#line = line;
  }

  publish(tracks: Published): void {
    this.#published = tracks;
    this.#carry();
  }

  openWatch(terms: WatchTerms): void {
    this.#watches.add(terms.watchId);
    if (this.#meeting === null) this.#joining.now();
  }

  closeWatch(watchId: string): void {
    this.#watches.delete(watchId);
  }

  receive(): void {
    // RealtimeKit speaks with both ends itself.
  }

  command({ action, media }: Parameters<CandidateMeeting['command']>[0]): void {
    if (action === 'join' && this.#meeting === null) this.#joining.now();
    if (action === 'leave') this.#leave();
    // The service cannot mute from the server, so the page is asked.
    if (action === 'mute' && media === 'camera') void this.#meeting?.self.disableVideo();
    if (action === 'mute' && media === 'microphone') void this.#meeting?.self.disableAudio();
  }

  limit(): void {
    // The kit offers no choice of the layers that are sent; on the last rungs the page shows nothing at all.
  }

  close(): void {
    this.#watches.clear();
    this.#leave();
  }

  async #join(): Promise<void> {
    let meeting: Meeting | null;
    try {
      meeting = await enter(await this.#line.join());
    } catch (error) {
      const refused = error instanceof ApiProblem && error.status >= 400 && error.status < 500;
      if (refused || this.#watches.size === 0) return;
      throw error;
    }
    if (meeting === null) return;
    if (this.#meeting !== null || this.#watches.size === 0) {
      await meeting.leave();
      return;
    }
    this.#meeting = meeting;
    meeting.self.on('roomLeft', ({ state }) => {
      this.#lost(meeting, state);
    });
    const hear = () => {
      this.#hear();
    };
    meeting.participants.joined.on('audioUpdate', hear);
    meeting.participants.joined.on('participantLeft', hear);
    this.#carry();
    hear();
  }

  #lost(meeting: Meeting, state: string): void {
    if (this.#meeting !== meeting) return;
    this.#meeting = null;
    this.#forget();
    if (state !== 'kicked' && this.#watches.size > 0) this.#joining.later();
  }

  #leave(): void {
    this.#joining.stop();
    const meeting = this.#meeting;
    this.#meeting = null;
    void meeting?.leave();
    this.#forget();
  }

  #forget(): void {
    for (const { copy } of this.#sent.values()) copy.stop();
    this.#sent.clear();
    this.#line.heard(null);
  }

  /** Nobody but staff is in this meeting. */
  #hear(): void {
    const people = [...(this.#meeting?.participants.joined.values() ?? [])];
    const voices = people.filter((one) => one.audioEnabled).map((one) => one.audioTrack);
    this.#line.heard(voices.length === 0 ? null : new MediaStream(voices));
  }

  #carry(): void {
    this.#carrying = this.#carrying.then(async () => {
      for (const what of SHOWN) await this.#carryOne(what).catch(() => undefined); // it left meanwhile
    });
  }

  async #carryOne(what: (typeof SHOWN)[number]): Promise<void> {
    const self = this.#meeting?.self;
    const raw = this.#published[what];
    const sent = this.#sent.get(what);
    if (self === undefined || sent?.raw === (raw ?? undefined)) return;
    if (sent !== undefined) {
      this.#sent.delete(what);
      sent.copy.stop();
      await (what === 'camera' ? self.disableVideo() : self.disableAudio());
    }
    if (raw?.readyState === 'live') {
      const copy = raw.clone();
      this.#sent.set(what, { raw, copy });
      await (what === 'camera' ? self.enableVideo(copy) : self.enableAudio(copy));
    }
  }
}

import type { PageEventKind } from '@/api/generated/socket';
import type { Delivery, FrameKind } from '@/api/candidate-socket';
import { Listening, type Wanted } from '@/attempt/listening';
import type { Rung } from '@/media/bandwidth-ladder';
import { sampleCamera, type CameraSampler } from '@/media/capture';
import { packFrame, type FrameHead } from '@/media/frame-header';
import { HeldFrames } from '@/media/held-frames';
import type { Published } from '@/media/meeting-client';
import { SamplingPace } from '@/media/sampling-pace';
import type { SoundPiece } from '@/media/sound/microphone';

/** Sound that may wait for its turn over HTTP, two seconds of it: it goes one piece after another. */
const SOUND_WAITS_MOST = 4;
/** Sound that is remembered until it is known to have arrived, twenty seconds of it. */
const ON_THE_WAY_MOST = 40;
/** How much slower pictures come on a line that carries no more. */
const SLOWER = 2;

export interface FrameRoad {
  /** Over the socket. */
  send(kind: FrameKind, frame: Uint8Array<ArrayBuffer>): Delivery;
  /** Over HTTP, where sockets are blocked; null where that is not the way now. Resolves to null when it was lost. */
  post(frame: Uint8Array<ArrayBuffer>): Promise<unknown> | null;
  report(kind: PageEventKind): void;
  /** A piece of sound that did not get through. */
  soundLeft(piece: SoundPiece): void;
  /** A picture was held back. */
  held(): void;
}

/** Pictures of a short gap are sent once it is over: the server takes none that are older. */
const GAP_MS = 9_000;
const GAP_PICTURES = 10;

/** Pictures and sound on their way from the devices to the server. */
export class CaptureLine {
  readonly #road: FrameRoad;
  readonly #pace: SamplingPace;
  readonly #held: HeldFrames;
  readonly #listening: Listening;
  #askedIntervalS: number;
  #rung: Rung = 0;
  #gap: { frame: Uint8Array<ArrayBuffer>; capturedAt: number }[] = [];
  /** Sound that went out and may not have arrived. */
  #onTheWay: { piece: SoundPiece; sentAt: number }[] = [];
  #sampler: CameraSampler | null = null;
  #sequence = 0;
  #sounds: Promise<unknown> = Promise.resolve();
  #soundsWaiting = 0;

  constructor(road: FrameRoad, intervalS: number, listen?: ConstructorParameters<typeof Listening>[1]) {
    this.#road = road;
    this.#askedIntervalS = intervalS;
    const report = (kind: PageEventKind) => {
      road.report(kind);
    };
    this.#pace = new SamplingPace(intervalS, (seconds) => this.#sampler?.setInterval(seconds));
    this.#held = new HeldFrames(report);
    const piece = (one: SoundPiece) => {
      this.#takeSound(one);
    };
    this.#listening = new Listening({ piece, event: report }, listen);
  }

  use({ camera, microphone }: Published): void {
    this.#sampler?.stop();
    this.#sampler =
      camera === null
        ? null
        : sampleCamera(camera, this.#pace.intervalS, ({ jpeg, capturedAt }) => {
            this.#takePicture(this.#pack({ kind: 'camera', codec: 'jpeg', capturedAt }, jpeg), capturedAt);
          });
    this.#listening.use(microphone);
  }

  listen(wanted: Wanted): void {
    this.#listening.want(wanted);
  }

  setInterval(seconds: number): void {
    this.#askedIntervalS = seconds;
    this.#pace.set(this.#rung >= 4 ? SLOWER * seconds : seconds);
  }

  burst(intervalS: number, forS: number): void {
    if (this.#rung < 4) this.#pace.burst(intervalS, forS);
  }

  setRung(rung: Rung): void {
    this.#rung = rung;
    if (rung >= 4) this.#pace.stop();
    this.setInterval(this.#askedIntervalS);
  }

  /** The line is back: the pictures of the gap, as far as they are fresh enough. */
  resumed(): void {
    const fresh = this.#gap.filter(({ capturedAt }) => Date.now() - capturedAt < GAP_MS);
    this.#gap = [];
    for (const { frame } of fresh) this.#road.send('camera', frame);
  }

  /** The line is lost: what was on its way may not have arrived. */
  lost(): void {
    const left = this.#onTheWay;
    this.#onTheWay = [];
    for (const { piece } of left) this.#road.soundLeft(piece);
  }

  /** What was sent before this moment (monotonic, ms) has arrived. */
  arrived(before: number): void {
    this.#onTheWay = this.#onTheWay.filter(({ sentAt }) => sentAt > before);
  }

  #pack(head: Omit<FrameHead, 'sequence'>, payload: Uint8Array): Uint8Array<ArrayBuffer> {
    this.#sequence += 1;
    return packFrame({ ...head, sequence: this.#sequence - 1 }, payload);
  }

  #takePicture(frame: Uint8Array<ArrayBuffer>, capturedAt: number): void {
    if (this.#rung >= 5) return;
    const delivery = this.#road.send('camera', frame);
    if (delivery === 'closed') {
      if (this.#road.post(frame) === null) {
        this.#gap = [...this.#gap, { frame, capturedAt }].slice(-GAP_PICTURES);
      }
      return;
    }
    if (delivery === 'held') this.#road.held();
    this.#held.frame(delivery === 'held', performance.now());
  }

  #takeSound(piece: SoundPiece): void {
    if (this.#rung >= 5) {
      this.#road.soundLeft(piece);
      return;
    }
    const frame = this.#pack({ kind: 'audio', codec: 'pcm16', capturedAt: piece.capturedAt }, piece.pcm);
    const delivery = this.#road.send('audio', frame);
    if (delivery === 'sent') {
      this.#onTheWay.push({ piece, sentAt: performance.now() });
      this.#onTheWay = this.#onTheWay.slice(-ON_THE_WAY_MOST);
    } else if (delivery === 'held' || this.#soundsWaiting >= SOUND_WAITS_MOST) {
      this.#road.soundLeft(piece);
    } else {
      this.#post(piece, frame);
    }
  }

  #post(piece: SoundPiece, frame: Uint8Array<ArrayBuffer>): void {
    this.#soundsWaiting += 1;
    this.#sounds = this.#sounds
      .then(() => this.#road.post(frame))
      .then((taken) => {
        if (taken === null) this.#road.soundLeft(piece);
      })
      .finally(() => {
        this.#soundsWaiting -= 1;
      });
  }
}

import type { PageEventKind } from '@/api/generated/socket';
import type { Delivery, FrameKind } from '@/api/candidate-socket';
import { Listening, type Wanted } from '@/attempt/listening';
import { sampleCamera, type CameraSampler } from '@/media/capture';
import { packFrame, type FrameHead } from '@/media/frame-header';
import { HeldFrames } from '@/media/held-frames';
import type { Published } from '@/media/meeting-client';
import { SamplingPace } from '@/media/sampling-pace';
import type { SoundPiece } from '@/media/sound/microphone';

/** Sound that may wait for its turn over HTTP, two seconds of it: it goes one piece after another. */
const SOUND_WAITS_MOST = 4;

export interface FrameRoad {
  /** Over the socket. */
  send(kind: FrameKind, frame: Uint8Array<ArrayBuffer>): Delivery;
  /** Over HTTP, where sockets are blocked; false where that is not the way now. Resolves when it is through. */
  post(frame: Uint8Array<ArrayBuffer>): Promise<unknown> | null;
  report(kind: PageEventKind): void;
}

/** Pictures and sound on their way from the devices to the server. */
export class CaptureLine {
  readonly #road: FrameRoad;
  readonly #pace: SamplingPace;
  readonly #held: HeldFrames;
  readonly #listening: Listening;
  #sampler: CameraSampler | null = null;
  #sequence = 0;
  #sounds: Promise<unknown> = Promise.resolve();
  #soundsWaiting = 0;

  constructor(road: FrameRoad, intervalS: number, listen?: ConstructorParameters<typeof Listening>[1]) {
    this.#road = road;
    const report = (kind: PageEventKind) => {
      road.report(kind);
    };
    this.#pace = new SamplingPace(intervalS, (seconds) => this.#sampler?.setInterval(seconds));
    this.#held = new HeldFrames(report);
    const piece = ({ pcm, capturedAt }: SoundPiece) => {
      this.#takeSound(this.#pack({ kind: 'audio', codec: 'pcm16', capturedAt }, pcm));
    };
    this.#listening = new Listening({ piece, event: report }, listen);
  }

  use({ camera, microphone }: Published): void {
    this.#sampler?.stop();
    this.#sampler =
      camera === null
        ? null
        : sampleCamera(camera, this.#pace.intervalS, ({ jpeg, capturedAt }) => {
            this.#takePicture(this.#pack({ kind: 'camera', codec: 'jpeg', capturedAt }, jpeg));
          });
    this.#listening.use(microphone);
  }

  listen(wanted: Wanted): void {
    this.#listening.want(wanted);
  }

  setInterval(seconds: number): void {
    this.#pace.set(seconds);
  }

  burst(intervalS: number, forS: number): void {
    this.#pace.burst(intervalS, forS);
  }

  #pack(head: Omit<FrameHead, 'sequence'>, payload: Uint8Array): Uint8Array<ArrayBuffer> {
    this.#sequence += 1;
    return packFrame({ ...head, sequence: this.#sequence - 1 }, payload);
  }

  #takePicture(frame: Uint8Array<ArrayBuffer>): void {
    const delivery = this.#road.send('camera', frame);
    if (delivery === 'closed') void this.#road.post(frame);
    else this.#held.frame(delivery === 'held', performance.now());
  }

  #takeSound(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#road.send('audio', frame) !== 'closed' || this.#soundsWaiting >= SOUND_WAITS_MOST) return;
    this.#soundsWaiting += 1;
    this.#sounds = this.#sounds
      .then(() => this.#road.post(frame))
      .finally(() => {
        this.#soundsWaiting -= 1;
      });
  }
}

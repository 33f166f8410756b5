// Listens on the browser's own sound thread: cuts what is not silence into pieces and gives them to the page.
import { Chunker, SilenceWatch } from '@/media/sound/chunker';
import { Resampler } from '@/media/sound/resampler';
import { RATE_HZ, toPcm16, type FromWorklet, type ToWorklet } from '@/media/sound/sound-format';

// The worklet's own globals, which TypeScript's libraries do not have.
declare const sampleRate: number;
declare const currentTime: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class Microphone extends AudioWorkletProcessor {
  readonly #resampler = sampleRate === RATE_HZ ? null : new Resampler(sampleRate);
  readonly #silence: SilenceWatch;
  /** Null while no pieces are wanted. */
  #chunker: Chunker | null = null;

  constructor() {
    super();
    this.#silence = new SilenceWatch((dead) => {
      this.#tell({ type: dead ? 'dead' : 'alive' });
    });
    this.port.onmessage = (event: MessageEvent<ToWorklet>) => {
      // What was heard before is not sent afterwards.
      if (!event.data.send) this.#chunker = null;
      else this.#chunker ??= this.#newChunker();
    };
  }

  /** Called by the browser with 128 samples at a time. */
  process(inputs: Float32Array[][]): boolean {
    const [channel] = inputs[0] ?? [];
    // Nothing comes while the track is gone; the page ends this node by itself.
    if (channel === undefined) return true;
    const samples = this.#resampler === null ? channel : this.#resampler.take(channel);
    this.#silence.take(samples);
    this.#chunker?.take(samples);
    return true;
  }

  #newChunker(): Chunker {
    const startS = currentTime;
    return new Chunker(({ samples, began }) => {
      const pcm = toPcm16(samples);
      this.#tell({ type: 'piece', pcm, beganS: startS + began / RATE_HZ }, [pcm]);
    });
  }

  #tell(message: FromWorklet, transfer: Transferable[] = []): void {
    this.port.postMessage(message, transfer);
  }
}

registerProcessor('microphone', Microphone);

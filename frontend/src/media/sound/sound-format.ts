/** What the server is sent of a microphone: 16 kHz mono, signed 16 bit little endian, half a second at a time. */
export const RATE_HZ = 16_000;
export const PIECE_SAMPLES = RATE_HZ / 2;

/** From the page to the worklet. send: pieces are wanted; without, only silence is told. */
export interface ToWorklet {
  send: boolean;
}

/** From the worklet to the page. beganS: seconds of the audio context's clock. */
export type FromWorklet =
  | { type: 'piece'; pcm: ArrayBuffer; beganS: number }
  /** Nothing but exact zeros came for a while, or something else came again. */
  | { type: 'dead' }
  | { type: 'alive' };

/** Samples of -1..1 as 16 bit, little endian whatever the machine is. */
export function toPcm16(samples: Float32Array): ArrayBuffer {
  const pcm = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, index) => {
    pcm.setInt16(index * 2, Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), true);
  });
  return pcm.buffer;
}

/** How loud a microphone is now; reads nothing but a level. */
export interface MicrophoneMeter {
  /** 0..1, where normal speech is around 0.5. */
  level(): number;
  close(): void;
}

/** Loudness at the ends of the meter, in decibels of full scale. */
const QUIET_DB = -60;
const LOUD_DB = -10;

export function openMicrophoneMeter(stream: MediaStream): MicrophoneMeter {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  void context.resume();
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      return loudness(samples);
    },
    close() {
      source.disconnect();
      void context.close();
    },
  };
}

/** Root mean square of samples in -1..1, laid out between quiet and loud. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) {
    sum += sample * sample;
  }
  const decibels = 20 * Math.log10(Math.sqrt(sum / samples.length) + 1e-9);
  return Math.min(1, Math.max(0, (decibels - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LateSound, type LateSoundFile } from '@/media/recording/late-sound';

const HALF_SECOND = 16_000; // bytes

function setUp() {
  const files: LateSoundFile[] = [];
  const sound = new LateSound((file) => files.push(file));
  const hear = (capturedAt: number, fill = 1) => {
    sound.take({ pcm: new Uint8Array(HALF_SECOND).fill(fill), capturedAt });
  };
  return { files, sound, hear };
}

describe('late sound', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('makes one file that plays of pieces that follow each other', () => {
    const { files, hear } = setUp();
    [0, 500, 1_000].forEach((at) => {
      hear(10_000 + at);
    });
    expect(files).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(files.map(({ capturedAt, durationMs }) => [capturedAt, durationMs])).toEqual([[10_000, 1_500]]);
    const wav = files[0]?.wav ?? new Uint8Array();
    const view = new DataView(wav.buffer);
    const words = new TextDecoder('latin1').decode(wav);
    expect([words.slice(0, 4), words.slice(8, 16), words.slice(36, 40)]).toEqual([
      'RIFF',
      'WAVEfmt ',
      'data',
    ]);
    expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([36 + 48_000, 48_000]);
    expect([view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)]).toEqual([
      1, 16_000, 16,
    ]);
    expect(wav.subarray(44).every((byte) => byte === 1)).toBe(true);
  });

  it('begins another file after a pause, and after ten seconds', () => {
    const { files, sound, hear } = setUp();
    hear(0);
    hear(5_000);
    for (let at = 5_500; at < 16_000; at += 500) hear(at);
    sound.flush();
    sound.flush();
    expect(files.map(({ capturedAt, durationMs }) => [capturedAt, durationMs])).toEqual([
      [0, 500],
      [5_000, 10_000],
      [15_000, 1_000],
    ]);
  });
});

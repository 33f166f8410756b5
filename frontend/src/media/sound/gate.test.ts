import { describe, expect, it } from 'vitest';
import { Chunker, SilenceWatch, type Piece } from '@/media/sound/chunker';
import { BLOCK_SAMPLES, levelDb, SoundGate } from '@/media/sound/gate';
import { Resampler } from '@/media/sound/resampler';
import { PIECE_SAMPLES, RATE_HZ, toPcm16 } from '@/media/sound/sound-format';

const seconds = (s: number) => Math.round(s * RATE_HZ);

/** Noise that is the same in every run. */
function noise(samples: number, amplitude: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: samples }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (state / 2 ** 30 - 1) * amplitude;
  });
}

function tone(samples: number, hz: number, amplitude: number, rate = RATE_HZ): Float32Array {
  return Float32Array.from(
    { length: samples },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate),
  );
}

/** Syllables of 200 ms with 80 ms between them, over the room's noise. */
function speech(samples: number, amplitude: number): Float32Array {
  const room = noise(samples, 0.002, 7);
  const voice = tone(samples, 180, amplitude);
  return room.map((r, i) => r + (i % seconds(0.28) < seconds(0.2) ? (voice[i] ?? 0) : 0));
}

function join(...parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function opened(sound: Float32Array): boolean[] {
  const gate = new SoundGate();
  const open: boolean[] = [];
  for (let at = 0; at + BLOCK_SAMPLES <= sound.length; at += BLOCK_SAMPLES) {
    open.push(gate.take(sound.subarray(at, at + BLOCK_SAMPLES)));
  }
  return open;
}

function pieces(sound: Float32Array, step = 128): Piece[] {
  const given: Piece[] = [];
  const chunker = new Chunker((piece) => given.push(piece));
  for (let at = 0; at < sound.length; at += step) chunker.take(sound.subarray(at, at + step));
  return given;
}

describe('sound gate', () => {
  it.each([
    ['digital silence', new Float32Array(seconds(10))],
    ['a quiet room', noise(seconds(10), 0.0008)],
    ['the noise of a fan, once it is known', noise(seconds(20), 0.02).subarray(seconds(10))],
  ])('stays shut in %s', (_, sound) => {
    expect(opened(sound).slice(-200)).not.toContain(true);
  });

  it('opens for a voice, stays open between its words and shuts a second after it', () => {
    const open = opened(join(noise(seconds(2), 0.002), speech(seconds(3), 0.1), noise(seconds(3), 0.002)));
    const first = open.indexOf(true);
    const last = open.lastIndexOf(true);
    expect(first * 20).toBeGreaterThanOrEqual(2_000);
    expect(first * 20).toBeLessThan(2_150);
    expect(open.slice(first, last + 1)).not.toContain(false);
    expect(last * 20).toBeGreaterThan(5_500);
    expect(last * 20).toBeLessThan(6_200);
  });

  it('stays open as long as somebody speaks', () => {
    const open = opened(join(noise(seconds(1), 0.002), speech(seconds(60), 0.05)));
    expect(open.slice(100)).not.toContain(false);
  });

  it('opens for a soft voice in a quiet room, and not for a single click', () => {
    expect(opened(join(noise(seconds(3), 0.0005), speech(seconds(1), 0.006)))).toContain(true);
    const click = join(noise(seconds(3), 0.0005), noise(seconds(0.03), 0.5), noise(seconds(1), 0.0005));
    expect(opened(click)).not.toContain(true);
  });

  it('gets used to a fan that is switched on', () => {
    const open = opened(join(noise(seconds(3), 0.0005), noise(seconds(30), 0.02)));
    expect(open.slice(150, 200)).toContain(true);
    expect(open.slice(-250)).not.toContain(true);
  });

  it('knows the level of silence and of full scale', () => {
    expect(levelDb(new Float32Array(320))).toBe(-120);
    expect(levelDb(new Float32Array(320).fill(1))).toBeCloseTo(0);
  });
});

describe('chunker', () => {
  const sound = join(noise(seconds(2), 0.002), speech(seconds(2), 0.1), noise(seconds(3), 0.002));

  it('gives half seconds from just before the voice to a second after it, without a hole', () => {
    const given = pieces(sound);
    expect(given.slice(0, -1).every(({ samples }) => samples.length === PIECE_SAMPLES)).toBe(true);
    given.forEach((piece, index) => {
      const before = given[index - 1];
      if (before !== undefined) expect(piece.began).toBe(before.began + before.samples.length);
      // Every sample is where it was said to be.
      expect(piece.samples).toEqual(sound.slice(piece.began, piece.began + piece.samples.length));
    });
    const began = (given[0]?.began ?? 0) / RATE_HZ;
    expect(began).toBeGreaterThan(1.6);
    expect(began).toBeLessThan(2);
    const last = given.at(-1);
    expect(((last?.began ?? 0) + (last?.samples.length ?? 0)) / RATE_HZ).toBeGreaterThan(4.5);
  });

  it('gives the same however the sound comes in', () => {
    expect(pieces(sound, 128)).toEqual(pieces(sound, 1_021));
  });

  it('gives nothing of silence', () => {
    expect(pieces(noise(seconds(10), 0.0008))).toEqual([]);
  });
});

describe('silence watch', () => {
  it('tells once when only zeros come for 5 s, and when that is over', () => {
    const told: boolean[] = [];
    const watch = new SilenceWatch((dead) => told.push(dead));
    const give = (sound: Float32Array) => {
      for (let at = 0; at < sound.length; at += 128) watch.take(sound.subarray(at, at + 128));
    };
    give(new Float32Array(seconds(4.9)));
    give(noise(128, 0.0001));
    give(new Float32Array(seconds(4.9)));
    expect(told).toEqual([]);
    give(new Float32Array(seconds(6)));
    give(noise(128, 0.0001));
    expect(told).toEqual([true, false]);
  });
});

describe('resampler', () => {
  it.each([44_100, 48_000, 16_000, 8_000])('keeps length and loudness of a tone from %i Hz', (from) => {
    const resampler = new Resampler(from);
    const sound = tone(from, 440, 0.5, from);
    const out: Float32Array[] = [];
    for (let at = 0; at < sound.length; at += 128) out.push(resampler.take(sound.slice(at, at + 128)));
    const all = join(...out);
    expect(Math.abs(all.length - RATE_HZ)).toBeLessThan(60);
    expect(levelDb(all.subarray(1_000, 15_000))).toBeCloseTo(levelDb(tone(16_000, 440, 0.5)), 0);
  });

  it('lets nothing through that 16 kHz would fold into the voice', () => {
    const all = new Resampler(48_000).take(tone(48_000, 15_000, 0.5, 48_000));
    expect(levelDb(all.subarray(1_000, 15_000))).toBeLessThan(-45);
  });
});

describe('sixteen bits', () => {
  it('stop at full scale and are little endian', () => {
    const pcm = new Uint8Array(toPcm16(Float32Array.of(0, 1, -1, 2, 256 / 32_768)));
    expect([...pcm]).toEqual([0, 0, 0xff, 0x7f, 0, 0x80, 0xff, 0x7f, 0, 1]);
  });
});

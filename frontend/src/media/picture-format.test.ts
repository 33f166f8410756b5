import { describe, expect, it } from 'vitest';
import { fitted } from '@/media/picture-format';
import { loudness } from '@/media/microphone-meter';

describe('fitted', () => {
  it.each([
    [640, 480, 640, 480],
    [1280, 720, 640, 360],
    [1080, 1920, 270, 480],
    [320, 240, 320, 240],
  ])('makes %ix%i into %ix%i: the shape stays and nothing is enlarged', (width, height, w, h) => {
    expect(fitted(width, height)).toEqual({ width: w, height: h });
  });
});

describe('loudness', () => {
  it('is nothing for silence, full for a shout and in between for speech', () => {
    expect(loudness(new Float32Array(64))).toBe(0);
    expect(loudness(new Float32Array(64).fill(0.9))).toBe(1);
    expect(loudness(new Float32Array(64).fill(0.02))).toBeCloseTo(0.52, 1);
  });
});

import { describe, expect, it } from 'vitest';
import type { RecordingIndex, RecordingPiece } from '@/api/types';
import { gapAt, nextBegin, pieceAfter, pieceAt, reelOf, stretches, type Reel } from './reel';

const piece = (id: string, captured_at: number, given: Partial<RecordingPiece> = {}): RecordingPiece => ({
  id,
  kind: 'camera',
  captured_at,
  duration_ms: 10_000,
  media_type: 'video/webm',
  size: 1,
  late: false,
  url: `/api/v1/recordings/${id}`,
  ...given,
});

const index = (segments: RecordingPiece[], given: Partial<RecordingIndex> = {}): RecordingIndex => ({
  recording: 'camera',
  from_at: 100_000,
  to_at: 160_000,
  segments,
  gaps: [],
  ...given,
});

const reel = (segments: RecordingPiece[], given: Partial<RecordingIndex> = {}): Reel => {
  const made = reelOf(index(segments, given));
  if (made === null) throw new Error('there is nothing to play');
  return made;
};

describe('a recording on one line of time', () => {
  it('is nothing where nothing can be played', () => {
    expect(reelOf(index([]))).toBeNull();
    expect(reelOf(index([piece('erased', 100_000, { url: null })]))).toBeNull();
  });

  it('holds all pieces and all incidents', () => {
    const made = reelOf(index([piece('a', 90_000)], { from_at: 100_000, to_at: 110_000 }), [200_000]);
    expect([made?.from, made?.to]).toEqual([90_000, 200_000]);
  });

  it('plays the newer of two that overlap, and the older where the newer is too short', () => {
    const { camera } = reel([
      piece('b', 109_800, { duration_ms: 500 }),
      piece('a', 100_000, { duration_ms: 11_000 }),
    ]).pieces;
    expect(pieceAt(camera, 99_999)).toBeNull();
    expect(pieceAt(camera, 105_000)?.id).toBe('a');
    expect(pieceAt(camera, 110_000)?.id).toBe('b');
    expect(pieceAt(camera, 110_500)?.id).toBe('a');
    expect(pieceAt(camera, 111_000)).toBeNull();
    expect(pieceAfter(camera, 100_000)?.id).toBe('b');
    expect(pieceAfter(camera, 120_000)).toBeNull();
  });

  it('goes on after a gap with whatever comes first, and ends', () => {
    const made = reel([piece('a', 100_000), piece('b', 140_000), piece('s', 130_000, { kind: 'screen' })]);
    expect(nextBegin(made, 110_000)).toBe(130_000);
    expect(nextBegin(made, 139_000)).toBe(140_000);
    expect(nextBegin(made, 140_000)).toBeNull();
  });

  it('says why nothing is there, for each of camera and screen', () => {
    const gaps = [{ kind: 'camera', from_at: 110_000, to_at: 140_000, label: 'network' }] as const;
    const made = reel([piece('a', 100_000)], { gaps: [...gaps] });
    expect(gapAt(made, 'camera', 120_000)?.label).toBe('network');
    expect(gapAt(made, 'camera', 140_000)).toBeNull();
    expect(gapAt(made, 'screen', 120_000)).toBeNull();
  });

  it('draws pieces that follow each other as one bar, what came late as its own', () => {
    const { camera } = reel([
      piece('a', 100_000),
      piece('b', 110_200),
      piece('c', 120_000, { late: true }),
      piece('d', 150_000),
    ]).pieces;
    expect(stretches(camera)).toEqual([
      { from: 100_000, to: 120_200, late: false },
      { from: 120_000, to: 130_000, late: true },
      { from: 150_000, to: 160_000, late: false },
    ]);
  });
});

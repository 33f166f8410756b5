import { describe, expect, it } from 'vitest';
import { StatsReader } from '@/media/stats-reader';

const pair = { id: 'P', type: 'candidate-pair', nominated: true, state: 'succeeded' };
const camera = { id: 'I1', type: 'inbound-rtp', kind: 'video', trackIdentifier: 'cam' };

describe('figures of a live view', () => {
  it('knows rates only from the second reading on', () => {
    const reader = new StatsReader();
    const at = (bytes: number, received: number, lost: number) => [
      {
        ...camera,
        bytesReceived: bytes,
        packetsReceived: received,
        packetsLost: lost,
        framesPerSecond: 15,
        frameWidth: 640,
        frameHeight: 480,
      },
    ];
    const first = reader.read([at(1_000, 10, 0)], 'cam', 0);
    expect(first).toMatchObject({ kbps: null, lost: null, framesPerSecond: 15 });
    expect(first.resolution).toEqual({ width: 640, height: 480 });
    const second = reader.read([at(101_000, 100, 10)], 'cam', 1_000);
    expect(second.kbps).toBe(800);
    expect(second.lost).toBe(0.1);
    // A new connection counts from nothing: no rate is better than a negative one.
    expect(reader.read([at(50, 1, 0)], 'cam', 2_000)).toMatchObject({ kbps: null, lost: null });
  });

  it('counts what several reports share once, and the picture of the camera alone', () => {
    const reader = new StatsReader();
    const screen = {
      id: 'I2',
      type: 'inbound-rtp',
      kind: 'video',
      trackIdentifier: 'screen',
      framesPerSecond: 2,
    };
    reader.read([[]], 'cam', 0);
    const figures = reader.read(
      [
        [{ ...camera, bytesReceived: 125, framesPerSecond: 10 }, screen],
        [{ ...camera, bytesReceived: 125, framesPerSecond: 10 }],
      ],
      'cam',
      1_000,
    );
    expect(figures).toMatchObject({ kbps: 1, framesPerSecond: 10 });
  });

  it('takes the way that is in use, and sees a relay on either side', () => {
    const entries = [
      { ...pair, id: 'old', currentRoundTripTime: 9, localCandidateId: 'host', remoteCandidateId: 'host' },
      { ...pair, currentRoundTripTime: 0.02, localCandidateId: 'host', remoteCandidateId: 'relay' },
      { id: 'host', type: 'local-candidate', candidateType: 'host' },
      { id: 'relay', type: 'remote-candidate', candidateType: 'relay' },
    ];
    const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'P' };
    const read = (all: object[]) => new StatsReader().read([all], null, 0);
    expect(read([...entries, transport])).toMatchObject({ roundTripMs: 20, relayed: true });
    expect(read(entries)).toMatchObject({ roundTripMs: 9_000, relayed: false });
    expect(read([])).toMatchObject({ roundTripMs: null, relayed: null });
  });
});

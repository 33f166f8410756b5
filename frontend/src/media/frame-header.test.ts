import { describe, expect, it } from 'vitest';
import { FRAME_HEADER_BYTES, packFrame } from '@/media/frame-header';

describe('packFrame', () => {
  it('writes the fifteen bytes the server reads, little endian, then the payload', () => {
    const bytes = packFrame(
      { kind: 'camera', codec: 'jpeg', sequence: 0x01020304, capturedAt: 1_770_000_000_123 },
      new Uint8Array([0xff, 0xd8]),
    );

    // struct.pack("<BBIqB", 1, 1, 0x01020304, 1770000000123, 0).hex()
    expect(Buffer.from(bytes).toString('hex')).toBe('0101' + '04030201' + '7ba4381c9c010000' + '00' + 'ffd8');
    expect(bytes.byteLength).toBe(FRAME_HEADER_BYTES + 2);
  });

  it('names kind and codec', () => {
    const bytes = packFrame({ kind: 'audio', codec: 'pcm16', sequence: 0, capturedAt: 0 }, new Uint8Array(1));
    expect([bytes[1], bytes[14]]).toEqual([3, 2]);
  });

  it('wraps a sequence beyond 32 bits instead of spilling into its neighbours', () => {
    const bytes = packFrame(
      { kind: 'screen', codec: 'jpeg', sequence: 2 ** 32 + 7, capturedAt: 0 },
      new Uint8Array(1),
    );
    expect([...bytes.slice(2, 6)]).toEqual([7, 0, 0, 0]);
  });
});

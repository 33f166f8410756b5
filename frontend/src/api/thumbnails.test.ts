import { describe, expect, it, vi } from 'vitest';
import { readThumbnail, Thumbnails } from '@/api/thumbnails';

function message(version: number, kind: number, number: number, at: number): ArrayBuffer {
  const bytes = new ArrayBuffer(18);
  const view = new DataView(bytes);
  view.setUint8(0, version);
  view.setUint8(1, kind);
  view.setUint32(2, number, true);
  view.setBigInt64(6, BigInt(at), true);
  return bytes;
}

describe('thumbnails', () => {
  it('reads the packed little endian header and keeps the picture behind it', () => {
    const read = readThumbnail(message(1, 16, 70_000, 1_795_427_128_859));

    expect(read).toMatchObject({ number: 70_000, capturedAt: 1_795_427_128_859 });
    expect(read?.picture.size).toBe(4);
  });

  it.each([
    ['another version', message(2, 16, 1, 1)],
    ['another kind', message(1, 3, 1, 1)],
    ['a header without a picture', message(1, 16, 1, 1).slice(0, 14)],
  ])('passes over %s', (_, data) => {
    expect(readThumbnail(data)).toBeNull();
  });

  it('keeps the newest, and tells only who looks at that candidate', () => {
    const thumbnails = new Thumbnails();
    const [one, two] = [vi.fn(), vi.fn()];
    thumbnails.subscribe(1, one);
    thumbnails.subscribe(2, two);
    const picture = new Blob(['x']);
    thumbnails.put({ number: 1, capturedAt: 20, picture });
    thumbnails.put({ number: 1, capturedAt: 10, picture });

    expect(thumbnails.get(1)?.capturedAt).toBe(20);
    expect(one).toHaveBeenCalledTimes(1);
    expect(two).not.toHaveBeenCalled();
  });
});

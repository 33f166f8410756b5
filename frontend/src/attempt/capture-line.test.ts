import { describe, expect, it } from 'vitest';
import type { Delivery } from '@/api/candidate-socket';
import { CaptureLine } from '@/attempt/capture-line';
import type { listenTo } from '@/media/sound/microphone';

/** A line whose microphone is spoken into with `say`; sound goes the way that `delivery` and `limited` leave. */
function setUp(delivery: Delivery, limited: boolean) {
  const sent: number[] = [];
  const left: unknown[] = [];
  const posted: number[] = [];
  const through: (() => void)[] = [];
  let heard: Parameters<typeof listenTo>[1] | undefined;
  const sequence = (frame: Uint8Array) => new DataView(frame.buffer).getUint32(2, true);
  const line = new CaptureLine(
    {
      send(kind, frame) {
        if (delivery === 'sent') sent.push(sequence(frame));
        expect([kind, frame[1], frame[14]]).toEqual(['audio', 3, 2]);
        return delivery;
      },
      post(frame) {
        if (!limited) return null;
        posted.push(sequence(frame));
        return new Promise<void>((resolve) => through.push(resolve));
      },
      report: () => undefined,
      soundLeft: (piece) => left.push(piece),
      held: () => undefined,
    },
    1,
    (_track, told) => {
      heard = told;
      return { send: () => undefined, close: () => undefined };
    },
  );
  line.listen({ sound: true, silence: false });
  line.use({ camera: null, microphone: new EventTarget() as unknown as MediaStreamTrack, screen: null });
  const say = (pieces: number) => {
    for (let i = 0; i < pieces; i += 1) heard?.piece({ pcm: new Uint8Array(2), capturedAt: 0 });
  };
  const settled = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { line, say, settled, sent, posted, through, left };
}

describe('sound on its way', () => {
  it('goes over the socket in its order', () => {
    const { say, sent } = setUp('sent', false);
    say(3);
    expect(sent).toEqual([0, 1, 2]);
  });

  it('goes over HTTP one piece after another, and two seconds of it wait', async () => {
    const { say, settled, posted, through } = setUp('closed', true);
    say(7);
    await settled();
    expect(posted).toEqual([0]);
    for (let i = 0; i < 4; i += 1) {
      through[i]?.();
      await settled();
    }
    expect(posted).toEqual([0, 1, 2, 3]);
    say(1);
    await settled();
    expect(posted).toEqual([0, 1, 2, 3, 7]);
  });

  it('is kept for later where there is no way, and where the line does not keep up', async () => {
    for (const delivery of ['closed', 'held'] as const) {
      const { say, settled, posted, left } = setUp(delivery, delivery === 'held');
      say(2);
      await settled();
      expect(posted).toEqual([]);
      expect(left).toHaveLength(2);
    }
  });

  it('is kept for later when the line is lost before it is known to have arrived', () => {
    const { line, say, sent, left } = setUp('sent', false);
    say(2);
    line.arrived(performance.now());
    say(3);
    line.lost();
    expect(sent).toHaveLength(5);
    expect(left).toHaveLength(3);
    line.lost();
    expect(left).toHaveLength(3);
  });

  it('stays here on a line that carries events alone', () => {
    const { line, say, sent, left } = setUp('sent', false);
    line.setRung(5);
    say(2);
    expect([sent, left.length]).toEqual([[], 2]);
    line.setRung(4);
    say(1);
    expect(sent).toHaveLength(1);
  });
});

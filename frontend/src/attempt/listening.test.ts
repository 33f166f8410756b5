import { describe, expect, it } from 'vitest';
import { Listening } from '@/attempt/listening';
import type { listenTo } from '@/media/sound/microphone';

class Track extends EventTarget {
  muted = false;

  becomes(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}

const asTrack = (track: Track) => track as unknown as MediaStreamTrack;

function setUp() {
  const events: string[] = [];
  const pieces: number[] = [];
  const opened: { send: boolean[]; closed: boolean; heard: Parameters<typeof listenTo>[1] }[] = [];
  const listening = new Listening(
    { piece: ({ capturedAt }) => pieces.push(capturedAt), event: (kind) => events.push(kind) },
    (_track, heard) => {
      const one = { send: [] as boolean[], closed: false, heard };
      opened.push(one);
      return {
        send: (wanted) => one.send.push(wanted),
        close: () => {
          one.closed = true;
        },
      };
    },
  );
  return { listening, events, pieces, opened };
}

describe('listening', () => {
  it('opens nothing before something is wanted, and closes when nothing is', () => {
    const { listening, opened } = setUp();
    listening.use(asTrack(new Track()));
    listening.want({ sound: false, silence: false });
    expect(opened).toEqual([]);
    listening.want({ sound: false, silence: true });
    listening.want({ sound: true, silence: true });
    expect(opened).toHaveLength(1);
    expect(opened[0]?.send).toEqual([false, true]);
    listening.want({ sound: false, silence: false });
    expect(opened[0]?.closed).toBe(true);
  });

  it('follows to another microphone and stops with the last', () => {
    const { listening, opened } = setUp();
    listening.want({ sound: true, silence: true });
    listening.use(asTrack(new Track()));
    listening.use(asTrack(new Track()));
    expect(opened.map(({ closed }) => closed)).toEqual([true, false]);
    listening.use(null);
    expect(opened.map(({ closed }) => closed)).toEqual([true, true]);
  });

  it('tells of a mute by the system and of one by a switch as one', () => {
    const { listening, events, opened } = setUp();
    const track = new Track();
    listening.want({ sound: true, silence: true });
    listening.use(asTrack(track));
    expect(events).toEqual([]);
    opened[0]?.heard.silence(true);
    track.becomes(true);
    track.becomes(false); // still nothing but zeros
    expect(events).toEqual(['microphone_muted']);
    opened[0]?.heard.silence(false);
    expect(events).toEqual(['microphone_muted', 'microphone_unmuted']);
  });

  it('tells at once of a microphone that is muted when it comes', () => {
    const { listening, events } = setUp();
    const track = new Track();
    track.muted = true;
    listening.use(asTrack(track));
    expect(events).toEqual(['microphone_muted']);
  });

  it('hears nothing of a microphone that was put away', () => {
    const { listening, events } = setUp();
    const track = new Track();
    listening.use(asTrack(track));
    listening.use(null);
    track.becomes(true);
    expect(events).toEqual([]);
  });
});

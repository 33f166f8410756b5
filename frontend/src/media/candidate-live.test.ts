import { describe, expect, it } from 'vitest';
import { CandidateLive } from '@/media/candidate-live';
import type { CandidateMeeting, MeetingClient, ProviderName, WatchTerms } from '@/media/meeting-client';

const terms = (watchId: string, provider: ProviderName): WatchTerms => ({
  watchId,
  provider,
  iceServers: [],
  relayOnly: false,
});
const line = { send: () => undefined, join: () => Promise.reject(new Error('no')), heard: () => undefined };
const NOTHING = { camera: null, microphone: null, screen: null };

/** Providers that only write down what they are asked, and whose code comes when it is let through. */
function providers() {
  const asked: string[] = [];
  const waiting: ((works: boolean) => void)[] = [];
  const load = (provider: ProviderName) =>
    new Promise<MeetingClient>((resolve, reject) => {
      const meeting: CandidateMeeting = {
        publish: () => asked.push(`${provider} publish`),
        openWatch: ({ watchId }) => asked.push(`${provider} open ${watchId}`),
        closeWatch: (watchId) => asked.push(`${provider} close ${watchId}`),
        limit: (small) => {
          if (small) asked.push(`${provider} small`);
        },
        receive: () => asked.push(`${provider} receive`),
        command: ({ action }) => asked.push(`${provider} ${action}`),
        close: () => asked.push(`${provider} leave`),
      };
      const client = { candidate: () => meeting } as unknown as MeetingClient;
      waiting.push((works) => {
        if (works) resolve(client);
        else reject(new Error('not loaded'));
      });
    });
  const arrive = async (works = true) => {
    waiting.shift()?.(works);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { asked, load, arrive, waiting };
}

describe("the candidate's live view", () => {
  it('loads nothing before somebody looks, and then does everything in order', async () => {
    const { asked, load, arrive, waiting } = providers();
    const live = new CandidateLive(line, load);
    live.publish(NOTHING);
    expect(waiting).toHaveLength(0);
    live.openWatch(terms('a', 'livekit'), 'grid');
    live.command({ action: 'mute', media: 'camera' });
    live.closeWatch('a');
    expect(asked).toEqual([]);
    await arrive();
    expect(asked).toEqual(['livekit publish', 'livekit open a', 'livekit mute', 'livekit close a']);
  });

  it('leaves one provider for another, and tries again what could not be loaded', async () => {
    const { asked, load, arrive } = providers();
    const live = new CandidateLive(line, load);
    live.openWatch(terms('a', 'p2p'), 'grid');
    await arrive();
    live.openWatch(terms('b', 'livekit'), 'grid');
    await arrive(false);
    live.openWatch(terms('c', 'livekit'), 'grid');
    await arrive();
    expect(asked).toEqual(['p2p publish', 'p2p open a', 'p2p leave', 'livekit publish', 'livekit open c']);
  });

  it('shows less on a slow line, nothing on a line that carries hardly anything, and all of it afterwards', async () => {
    const shown: unknown[] = [];
    const meeting = {
      publish: ({ camera }: { camera: unknown }) => shown.push(camera),
      limit: (small: boolean) => shown.push(small ? 'small' : 'full'),
      openWatch: () => undefined,
      close: () => undefined,
    };
    const client = { candidate: () => meeting } as unknown as MeetingClient;
    const live = new CandidateLive(line, () => Promise.resolve(client));
    const camera = {} as MediaStreamTrack;
    live.publish({ ...NOTHING, camera });
    expect(live.watched).toBe(false);
    live.openWatch(terms('a', 'p2p'), 'grid');
    expect(live.watched).toBe(true);
    live.limit('small');
    live.limit('none');
    live.limit('full');
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(shown.slice(-6)).toEqual(['small', camera, 'small', null, 'full', camera]);
    live.close();
    expect(live.watched).toBe(false);
  });
});

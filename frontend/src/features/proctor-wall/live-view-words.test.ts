import { describe, expect, it } from 'vitest';
import type { AttemptCard } from '@/api/types';
import { NO_STATS, type LiveView } from '@/media/meeting-client';
import { liveExplanation, liveStatus, statsTable, type Shown } from './live-view-words';

const view = (part: Partial<LiveView>) =>
  ({
    state: 'live',
    reason: null,
    shown: { camera: true, microphone: true, screen: false },
    ...part,
  }) as LiveView;
const seen = (part: Partial<Shown>): Shown => ({
  card: { connected: true } as AttemptCard,
  view: null,
  problem: null,
  meeting: null,
  out: false,
  ...part,
});

describe('what the live view says of itself', () => {
  it('says that there is none and why, whatever else is open', () => {
    const meeting = { type: 'meeting', provider: 'livekit', available: false, reason: 'It is down' } as const;
    const shown = seen({ meeting, view: view({}) });
    expect(liveStatus(shown)).toBe('Live view not available');
    expect(liveExplanation(shown)).toMatch(/^It is down\. .*comes back by itself\.$/);
  });

  it('says that a proctor took the candidate out, and that the exam goes on', () => {
    const shown = seen({ out: true });
    expect(liveStatus(shown)).toBe('Taken out');
    expect(liveExplanation(shown)).toContain('The exam goes on');
  });

  it("shows the server's words when it refused", () => {
    const shown = seen({ problem: '3 live views of this candidate are open already.' });
    expect(liveStatus(shown)).toBe('Live view not available');
    expect(liveExplanation(shown)).toMatch(/^3 live views of this candidate are open already\. /);
  });

  it('tells a missing camera from a missing connection', () => {
    const blind = seen({ view: view({ shown: { camera: false, microphone: true, screen: false } }) });
    expect([liveStatus(blind), liveExplanation(blind)]).toEqual([
      'Live, no camera',
      "The candidate's camera is off or was refused.",
    ]);
    expect(liveStatus(seen({ view: view({ state: 'interrupted' }) }))).toBe('Interrupted, reconnecting');
    expect(liveExplanation(seen({ view: view({}) }))).toBeNull();
    expect(liveStatus(seen({ card: { connected: false } as AttemptCard }))).toBe('Offline');
  });

  it('does not take a slow network for a camera that is off', () => {
    const without = (bandwidth_rung: number, camera: boolean) =>
      seen({
        card: { connected: true, bandwidth_rung, sharing: { camera } } as AttemptCard,
        view: view({ shown: { camera: false, microphone: false, screen: false } }),
      });
    expect(liveStatus(without(4, true))).toBe('No live view: slow network');
    expect(liveExplanation(without(4, true))).toBe('The network is too slow for a live view.');
    expect(liveExplanation(without(4, false))).toContain('camera is off');
    expect(liveExplanation(without(3, true))).toContain('camera is off');
  });

  it('shows what is not known as such', () => {
    expect(new Set(statsTable(NO_STATS).map(([, value]) => value))).toEqual(new Set(['not known']));
    const table = Object.fromEntries(
      statsTable({ ...NO_STATS, lost: 0.0123, relayed: true, resolution: { width: 640, height: 480 } }),
    );
    expect(table).toMatchObject({
      'Lost packets': '1.2 %',
      Way: 'through a relay',
      Resolution: '640 × 480',
    });
  });
});

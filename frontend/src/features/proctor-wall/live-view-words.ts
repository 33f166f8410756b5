import type { AttemptCard, MeetingStatus } from '@/api/types';
import type { LiveStats, LiveView } from '@/media/meeting-client';

export interface Shown {
  card: AttemptCard;
  view: LiveView | null;
  problem: string | null;
  meeting: MeetingStatus | null;
  /** A proctor has taken the candidate out, and nobody here puts them back. */
  out: boolean;
}

/** Why the server ended a live view; other words of its are shown as they are. */
const ENDED: Partial<Record<string, string>> = {
  closed: 'it was closed',
  proctor_left: 'this page lost its connection',
  candidate_left: "the candidate's page went away",
};

/** The view, while there is something to see and hear. */
export function liveOf(view: LiveView | null): LiveView | null {
  return view !== null && (view.state === 'live' || view.state === 'interrupted') ? view : null;
}

/** In one or three words, on the picture. */
export function liveStatus({ card, view, problem, meeting, out }: Shown): string {
  if (!card.connected) return 'Offline';
  if (out) return 'Taken out';
  if (meeting?.available === false || problem !== null || view?.state === 'closed')
    return 'Live view not available';
  if (view?.state === 'interrupted') return 'Interrupted, reconnecting';
  if (view?.state !== 'live') return 'Opening the live view…';
  if (view.shown.camera) return 'Live';
  return withheld(card) ? 'No live view: slow network' : 'Live, no camera';
}

/** What is shown instead and why, below the picture; null: all is well. */
export function liveExplanation({ card, view, problem, meeting, out }: Shown): string | null {
  if (!card.connected) return 'The live view opens when the candidate is back.';
  if (out) return 'Taken out of the live view by a proctor. The exam goes on, the newest pictures are shown.';
  const instead = 'The newest pictures are shown; the live view comes back by itself.';
  if (meeting?.available === false) return `${sentence(meeting.reason ?? '')} ${instead}`;
  if (problem !== null) return `${sentence(problem)} ${instead}`;
  if (view === null || view.state === 'connecting') return 'The newest picture is shown until it is there.';
  const why = view.reason === null ? null : (ENDED[view.reason] ?? view.reason);
  if (view.state === 'closed') return `${sentence(`Live view closed: ${why ?? 'it ended'}`)} ${instead}`;
  if (view.state === 'interrupted') return sentence(why ?? 'The connection to the candidate is interrupted');
  if (view.shown.camera) return null;
  return withheld(card)
    ? 'The network is too slow for a live view.'
    : "The candidate's camera is off or was refused.";
}

/** The candidate's page stops the live view on a line that hardly carries the pictures: it is no camera that is off. */
function withheld({ bandwidth_rung, sharing }: AttemptCard): boolean {
  return bandwidth_rung >= 4 && sharing.camera;
}

export function statsLine({ framesPerSecond, kbps }: LiveStats): string {
  const parts = [
    framesPerSecond === null ? null : `${Math.round(framesPerSecond)} frames/s`,
    kbps === null ? null : `${Math.round(kbps)} kbit/s`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'Connected' : parts.join(' · ');
}

export function statsTable(stats: LiveStats): [string, string][] {
  const { resolution, relayed } = stats;
  const show = (value: number | null, words: (value: number) => string) =>
    value === null ? 'not known' : words(value);
  return [
    ['Bit rate', show(stats.kbps, (kbps) => `${Math.round(kbps)} kbit/s`)],
    ['Lost packets', show(stats.lost, (lost) => `${(lost * 100).toFixed(1)} %`)],
    ['Round trip', show(stats.roundTripMs, (ms) => `${Math.round(ms)} ms`)],
    ['Resolution', resolution === null ? 'not known' : `${resolution.width} × ${resolution.height}`],
    ['Frames', show(stats.framesPerSecond, (rate) => `${Math.round(rate)} per second`)],
    ['Way', relayed === null ? 'not known' : relayed ? 'through a relay' : 'direct'],
  ];
}

function sentence(words: string): string {
  return /[.!?]$/.test(words) || words === '' ? words : `${words}.`;
}

import type { AttemptCard } from '@/api/types';

type Line = Pick<AttemptCard, 'bandwidth_rung' | 'recording' | 'connected' | 'state'>;

/** What a slow network leaves out, rung by rung: short for the tile, whole for the panel. */
const RUNGS = [
  { short: '', whole: 'The network is fast enough for everything.' },
  {
    short: 'Slow network: smaller recording',
    whole: 'Slow network: the recording is made smaller. Everything else is as usual.',
  },
  {
    short: 'Slow network: recording comes later',
    whole: 'Slow network: the recording is kept on the candidate’s computer and comes later.',
  },
  {
    short: 'Slow network: small live view',
    whole: 'Slow network: the recording comes later, and the live view is small or not there.',
  },
  {
    short: 'Slow network: fewer pictures',
    whole:
      'Slow network: pictures come half as often, the recording comes later, and there may be no live view.',
  },
  {
    short: 'Very slow network: events only',
    whole: 'Very slow network: only what the page notices comes now. Pictures and the recording come later.',
  },
] as const;

export const NEVER_AGAINST = 'A slow network never counts against the candidate.';

/** For the tile: nothing while all is well, or while nobody is there. */
export function lineShort({ bandwidth_rung, connected, state }: Line): string {
  return connected && (state === 'live' || state === 'paused') ? RUNGS[bandwidth_rung].short : '';
}

export const lineWhole = ({ bandwidth_rung }: Line): string => RUNGS[bandwidth_rung].whole;

export const RECORDING_WORDS: Record<AttemptCard['recording'], string> = {
  off: 'Not recorded',
  on: 'Recorded',
  later: 'Recorded, comes later',
  stopped: 'The recording has stopped',
};

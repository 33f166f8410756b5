import { LogLevel, setLogLevel } from 'livekit-client';
import type { MeetingClient } from '@/media/meeting-client';
import { LiveKitCandidate } from '@/media/livekit/candidate';
import { LiveKitView } from '@/media/livekit/view';

// It would write addresses with tokens into the console.
setLogLevel(LogLevel.silent);

/** Through a LiveKit server: each candidate has a room of their own, which staff enter to look. */
export const livekit: MeetingClient = {
  candidate: (line) => new LiveKitCandidate(line),
  watch: (line, terms, attemptId, profile) => new LiveKitView(line, terms, attemptId, profile),
};

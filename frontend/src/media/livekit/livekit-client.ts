import type { MeetingClient } from '@/media/meeting-client';
import { LiveKitCandidate } from '@/media/livekit/candidate';
import { LiveKitView } from '@/media/livekit/view';

/** Through a LiveKit server: each candidate has a room of their own, which staff enter to look. */
export const livekit: MeetingClient = {
  candidate: (line) => new LiveKitCandidate(line),
  watch: (line, terms, attemptId, profile) => new LiveKitView(line, terms, attemptId, profile),
};

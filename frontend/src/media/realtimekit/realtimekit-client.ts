import type { MeetingClient } from '@/media/meeting-client';
import { RealtimeKitCandidate } from '@/media/realtimekit/candidate';
import { RealtimeKitView } from '@/media/realtimekit/view';

/** Through Cloudflare RealtimeKit, or Dyte's former address: each candidate has a meeting of their own there. */
export const realtimekit: MeetingClient = {
  candidate: (line) => new RealtimeKitCandidate(line),
  watch: (line, terms, attemptId) => new RealtimeKitView(line, terms, attemptId),
};

import type { MeetingClient } from '@/media/meeting-client';
import { P2PPublisher } from '@/media/p2p/publisher';
import { P2PLiveView } from '@/media/p2p/viewer';

/** Browser to browser: the profile is the candidate's page's matter, which the server has told. */
export const p2p: MeetingClient = {
  candidate: (line) => new P2PPublisher(line),
  watch: (line, terms) => new P2PLiveView(line, terms),
};

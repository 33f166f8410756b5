import type { MeetingClient, ProviderName } from '@/media/meeting-client';
import { p2p } from '@/media/p2p/p2p-client';

/** The client of whom the server named. Peer to peer is part of the page; the others are loaded when needed. */
export async function meetingClient(provider: ProviderName): Promise<MeetingClient> {
  switch (provider) {
    case 'p2p':
      return p2p;
    case 'livekit':
      return (await import('@/media/livekit/livekit-client')).livekit;
    case 'realtimekit':
    case 'dyte':
      return (await import('@/media/realtimekit/realtimekit-client')).realtimekit;
  }
}

import type { WatchTerms } from '@/media/meeting-client';

export function openPeer(terms: WatchTerms): RTCPeerConnection {
  return new RTCPeerConnection({
    iceServers: terms.iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username == null ? {} : { username }),
      ...(credential == null ? {} : { credential }),
    })),
    iceTransportPolicy: terms.relayOnly ? 'relay' : 'all',
    bundlePolicy: 'max-bundle',
  });
}

/** "disconnected" often heals by itself; after this long it gets help. */
const PATIENCE_MS = 1_500;
const AGAIN_MS = 5_000;

type Connected = Pick<
  RTCPeerConnection,
  'iceConnectionState' | 'restartIce' | 'addEventListener' | 'removeEventListener'
>;

/**
 * Restarts ICE when the way between two peers is lost, until there is one again, and at once when this computer
 * changed its network. Returns the way to stop.
 */
export function keepConnected(peer: Connected): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const restartIn = (waitMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      peer.restartIce();
      restartIn(AGAIN_MS);
    }, waitMs);
  };
  const stateChanged = () => {
    if (peer.iceConnectionState === 'disconnected') restartIn(PATIENCE_MS);
    else if (peer.iceConnectionState === 'failed') restartIn(0);
    else if (peer.iceConnectionState !== 'checking') clearTimeout(timer);
  };
  const networkChanged = () => {
    // While it connects for the first time it finds its way without help.
    if (peer.iceConnectionState !== 'new' && peer.iceConnectionState !== 'checking') restartIn(0);
  };
  // Not every browser tells of a change between wireless and cable.
  const { connection } = navigator as { connection?: EventTarget };
  peer.addEventListener('iceconnectionstatechange', stateChanged);
  window.addEventListener('online', networkChanged);
  connection?.addEventListener('change', networkChanged);
  return () => {
    clearTimeout(timer);
    peer.removeEventListener('iceconnectionstatechange', stateChanged);
    window.removeEventListener('online', networkChanged);
    connection?.removeEventListener('change', networkChanged);
  };
}

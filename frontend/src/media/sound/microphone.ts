import { RATE_HZ, type FromWorklet, type ToWorklet } from '@/media/sound/sound-format';
import workletUrl from '@/media/sound/sound.worklet.ts?worker&url';

export interface SoundPiece {
  /** 16 kHz mono, signed 16 bit little endian. */
  pcm: Uint8Array;
  /** When it began, ms since the epoch by this page's clock. */
  capturedAt: number;
}

export interface MicrophoneListener {
  /** Whether pieces are given; silence is told in any case. */
  send(wanted: boolean): void;
  close(): void;
}

interface Heard {
  piece(piece: SoundPiece): void;
  /** dead: nothing but exact zeros for 5 s. */
  silence(dead: boolean): void;
}

/**
 * Listens to a microphone, away from the page's own thread; silence is left out. A browser without worklets
 * is not listened to.
 */
export function listenTo(track: MediaStreamTrack, heard: Heard): MicrophoneListener {
  // A copy of its own, so that stopping here leaves the candidate's meter and the live view alone.
  const own = track.clone();
  const { context, source } = openSource(new MediaStream([own]));
  let wanted = false;
  let node: AudioWorkletNode | null = null;
  const closed = new AbortController();
  // A browser may wait for a click or a key before it runs anything that could make a sound.
  for (const deed of ['pointerdown', 'keydown']) {
    window.addEventListener(deed, () => void context.resume(), { signal: closed.signal });
  }
  const tell = () => {
    node?.port.postMessage({ send: wanted } satisfies ToWorklet);
  };
  const begin = async () => {
    await context.audioWorklet.addModule(workletUrl);
    if (closed.signal.aborted) return;
    node = new AudioWorkletNode(context, 'microphone', {
      numberOfInputs: 1,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    node.port.onmessage = (event: MessageEvent<FromWorklet>) => {
      const message = event.data;
      if (message.type === 'piece') {
        const ago = (context.currentTime - message.beganS) * 1000;
        heard.piece({ pcm: new Uint8Array(message.pcm), capturedAt: Date.now() - ago });
      } else {
        heard.silence(message.type === 'dead');
      }
    };
    tell();
    // It gives no sound out; browsers run only what leads to the speakers.
    source.connect(node).connect(context.destination);
    await context.resume();
  };
  // A browser that cannot do this sends no sound; what a microphone says of itself is still told.
  begin().catch(() => undefined);
  return {
    send(pieces) {
      wanted = pieces;
      tell();
    },
    close() {
      closed.abort();
      own.stop();
      if (node !== null) node.port.onmessage = null;
      void context.close();
    },
  };
}

/** At 16 kHz where the browser converts what the microphone gives; at its own rate otherwise. */
function openSource(stream: MediaStream): { context: AudioContext; source: MediaStreamAudioSourceNode } {
  const context = new AudioContext({ sampleRate: RATE_HZ });
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch {
    // Firefox connects no microphone to a context of another rate; the worklet converts then.
    void context.close();
    const own = new AudioContext();
    return { context: own, source: own.createMediaStreamSource(stream) };
  }
}

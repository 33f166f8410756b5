import { Mic } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { toastProblem } from '@/components/ui/toast';
import type { LiveView } from '@/media/meeting-client';

/** Speaks to one candidate while the button is held; assistive technology, which cannot hold, switches it. */
export function LiveViewTalk({ view, name }: { view: LiveView; name: string }) {
  const [talking, setTalking] = useState(false);
  const microphone = useRef<MediaStreamTrack | null>(null);
  const held = useRef(false);

  const stop = () => {
    held.current = false;
    setTalking(false);
    if (microphone.current !== null) {
      microphone.current.stop();
      microphone.current = null;
      view.talk(null).catch(() => undefined); // it has stopped here already
    }
  };
  const start = async () => {
    held.current = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true } });
      const [track] = stream.getAudioTracks();
      if (track === undefined) return;
      // Let go while the browser was asking.
      if (!isHeld(held)) {
        track.stop();
        return;
      }
      microphone.current = track;
      await view.talk(track);
      if (microphone.current === track) setTalking(true);
    } catch (error) {
      stop();
      toastProblem(notPermitted(error) ? new Error('Your browser does not give your microphone.') : error);
    }
  };
  useEffect(
    () => () => {
      held.current = false;
      microphone.current?.stop();
      if (microphone.current !== null) view.talk(null).catch(() => undefined);
      microphone.current = null;
    },
    [view],
  );
  return (
    <Button
      size="small"
      aria-pressed={talking}
      aria-label={`Hold to talk to ${name}`}
      onPressStart={({ pointerType }) => {
        if (pointerType !== 'virtual') void start();
        else if (held.current) stop();
        else void start();
      }}
      onPressEnd={({ pointerType }) => {
        if (pointerType !== 'virtual') stop();
      }}
    >
      <Mic size={14} aria-hidden /> {talking ? 'You are heard' : 'Hold to talk'}
    </Button>
  );
}

function isHeld(held: { readonly current: boolean }): boolean {
  return held.current;
}

function notPermitted(error: unknown): boolean {
  return error instanceof DOMException;
}

import { useEffect, useRef, useState } from 'react';
import { SIGNAL_NAMES } from '@/components/incident/signals';
import { openAlerts } from './need';
import { useWall } from './wall-context';

/** A short soft tone, made here: no file, no library. */
function tone(): void {
  const context = new AudioContext();
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = 660;
  gain.gain.setValueAtTime(0.12, context.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.35);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start();
  oscillator.stop(context.currentTime + 0.35);
  oscillator.onended = () => void context.close();
}

/** Says new alerts to screen readers, and sounds for high ones where the proctor wants it. */
export function AlertVoice() {
  const { socket, view } = useWall();
  const [said, setSaid] = useState('');
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    const listen = () => {
      const { monitor } = socket.store.getState();
      if (monitor === null) return;
      const first = known.current === null;
      const before = (known.current ??= new Set());
      const fresh = [...monitor.incidents.values()].flatMap(openAlerts).filter((one) => !before.has(one.id));
      if (fresh.length === 0) return;
      fresh.forEach((one) => before.add(one.id));
      if (first) return;
      setSaid(
        fresh
          .map((one) => {
            const name = monitor.attempts.get(one.attempt_id)?.candidate_name ?? 'A candidate';
            return `${name}, ${one.severity}: ${SIGNAL_NAMES[one.signal]}.`;
          })
          .join(' '),
      );
      if (view.getState().sound && fresh.some((one) => one.severity === 'high')) tone();
    };
    listen();
    let monitor = socket.store.getState().monitor;
    return socket.store.subscribe((state) => {
      if (state.monitor === monitor) return;
      monitor = state.monitor;
      listen();
    });
  }, [socket, view]);
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  );
}

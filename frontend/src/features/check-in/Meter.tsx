import { useEffect, useRef } from 'react';
import { Mic } from 'lucide-react';
import { openMicrophoneMeter } from '@/media/microphone-meter';
import styles from './Devices.module.css';

/** How loud the microphone is, as a bar. */
export function Meter({ stream }: { stream: MediaStream }) {
  const fill = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const meter = openMicrophoneMeter(stream);
    let frame = 0;
    const draw = () => {
      if (fill.current !== null) fill.current.style.transform = `scaleX(${meter.level()})`;
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => {
      cancelAnimationFrame(frame);
      meter.close();
    };
  }, [stream]);
  // The movement is for the eye; that the microphone works is said in words beside it.
  return (
    <div className={styles.level} aria-hidden>
      <Mic size={24} />
      <div className={styles.meter}>
        <div className={styles.fill} ref={fill} />
      </div>
    </div>
  );
}

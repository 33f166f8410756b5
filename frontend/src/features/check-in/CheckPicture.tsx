import { ArrowLeft, ArrowRight } from 'lucide-react';
import { useAttempt } from '@/attempt/AttemptContext';
import { DevicePicture } from '@/attempt/DevicePicture';
import type { Target } from './check-words';
import { DeviceRow } from './DeviceRow';
import styles from './CameraCheck.module.css';

/** The candidate as in a mirror, an oval for the face that fills with progress, and where to turn. */
export function CheckPicture({ progress, target = null }: { progress: number; target?: Target | null }) {
  const camera = useAttempt((view) => view.devices.camera);
  if (camera.status !== 'on' || camera.silent) {
    return <DeviceRow kind="camera" />;
  }
  return (
    <div className={styles.picture}>
      <DevicePicture stream={camera.stream} />
      <svg className={styles.oval} viewBox="0 0 400 300" aria-hidden>
        <ellipse className={styles.track} cx="200" cy="146" rx="86" ry="116" />
        {/* It begins at the top, which is a quarter turn back. */}
        <ellipse
          className={styles.ring}
          cx="-146"
          cy="200"
          rx="116"
          ry="86"
          transform="rotate(-90)"
          pathLength="1"
          strokeDasharray={`${progress} 2`}
          data-some={progress > 0 || undefined}
        />
      </svg>
      {target === 'turn_left' && (
        <span className={styles.arrow} data-to="left">
          <ArrowLeft size={40} aria-hidden />
        </span>
      )}
      {target === 'turn_right' && (
        <span className={styles.arrow} data-to="right">
          <ArrowRight size={40} aria-hidden />
        </span>
      )}
    </div>
  );
}

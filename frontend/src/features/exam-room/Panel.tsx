import { useState, type ReactNode } from 'react';
import { Check, CircleDot, Eye, Hand, Mic, Monitor, TriangleAlert, Video, Wifi } from 'lucide-react';
import type { Connection, Device } from '@/attempt/attempt-store';
import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { Chat } from '@/attempt/Chat';
import { DevicePicture } from '@/attempt/DevicePicture';
import { neededDevices } from '@/attempt/needed-devices';
import { Button } from '@/components/ui/Button';
import type { RecordingView } from '@/attempt/recording-line';
import { SLOW_FROM } from '@/media/bandwidth-ladder';
import type { DeviceKind } from '@/media/devices';
import { FinishButton, WithdrawButton } from './Leaving';
import styles from './ExamRoom.module.css';

/** Beside the exam: how things stand, the proctor, and the way out. */
export function Panel() {
  return (
    <aside className={styles.panel} aria-label="Your exam">
      <OwnPicture />
      <States />
      <section className={styles.chat}>
        <h2>Chat with your proctor</h2>
        <Chat />
      </section>
      <div className={styles.deeds}>
        <RaiseHand />
        <FinishButton />
        <WithdrawButton />
      </div>
    </aside>
  );
}

function OwnPicture() {
  const camera = useAttempt((view) => view.devices.camera);
  const [hidden, setHidden] = useState(false);
  if (camera.status !== 'on') {
    return <div />;
  }
  return (
    <div className={styles.own}>
      {!hidden && <DevicePicture stream={camera.stream} />}
      <Button
        variant="quiet"
        size="small"
        aria-label={hidden ? 'Show my picture' : 'Hide my picture'}
        onPress={() => {
          setHidden(!hidden);
        }}
      >
        {hidden ? 'Show my picture' : 'Hide'}
      </Button>
    </div>
  );
}

const ROWS: Record<DeviceKind, { name: string; icon: ReactNode }> = {
  camera: { name: 'Camera', icon: <Video size={18} aria-hidden /> },
  microphone: { name: 'Sound', icon: <Mic size={18} aria-hidden /> },
  screen: { name: 'Screen', icon: <Monitor size={18} aria-hidden /> },
};

const NETWORK: Record<Connection, string> = {
  open: 'OK',
  connecting: 'Connecting',
  limited: 'Limited',
  offline: 'Offline',
};

const RECORDING: Record<RecordingView['state'], string> = {
  on: 'On',
  later: 'On, sent later',
  off: 'Not now',
  stopped: 'Not possible',
};

function wordFor(kind: DeviceKind, device: Device): string {
  if (device.status !== 'on') {
    return 'Off';
  }
  if (!device.silent) {
    return 'OK';
  }
  return kind === 'camera' ? 'No picture' : 'Muted';
}

function States() {
  const devices = useAttempt((view) => view.devices);
  const needed = neededDevices(useAttempt((view) => view.room));
  const connection = useAttempt((view) => view.connection);
  const recorded = useAttempt((view) => view.room.recording !== 'off');
  const recording = useAttempt((view) => view.recording.state);
  const slow = useAttempt((view) => view.connection === 'open' && view.rung >= SLOW_FROM);
  const watched = useAttempt((view) => view.watchedBy.length > 0);
  return (
    <div>
      <dl className={styles.states}>
        {needed.map((kind) => (
          <State key={kind} {...ROWS[kind]} ok={wordFor(kind, devices[kind]) === 'OK'}>
            {wordFor(kind, devices[kind])}
          </State>
        ))}
        {recorded && (
          <State
            name="Recording"
            icon={<CircleDot size={18} className={styles.recording} data-on={isOn(recording)} aria-hidden />}
            ok={recording !== 'stopped'}
          >
            {RECORDING[recording]}
          </State>
        )}
        <State name="Network" icon={<Wifi size={18} aria-hidden />} ok={connection === 'open' && !slow}>
          {slow ? 'Slow' : NETWORK[connection]}
        </State>
      </dl>
      <p role="status" className={styles.watching}>
        {watched && (
          <>
            <Eye size={16} aria-hidden /> A proctor is watching live.
          </>
        )}
      </p>
    </div>
  );
}

function isOn(state: RecordingView['state']): boolean {
  return state === 'on' || state === 'later';
}

function State({
  name,
  icon,
  ok,
  children,
}: {
  name: string;
  icon: ReactNode;
  ok: boolean;
  children: ReactNode;
}) {
  return (
    <div className={styles.state}>
      <dt>
        {icon} {name}
      </dt>
      <dd className={styles.mark} data-tone={ok ? 'ok' : 'medium'}>
        {ok ? <Check size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />} {children}
      </dd>
    </div>
  );
}

function RaiseHand() {
  const session = useAttemptSession();
  const raised = useAttempt((view) => view.handRaised);
  return (
    <>
      <Button
        size="large"
        aria-pressed={raised}
        onPress={() => {
          session.raiseHand(!raised);
        }}
      >
        <Hand size={18} aria-hidden /> {raised ? 'Lower my hand' : 'Raise my hand'}
      </Button>
      <p role="status" className={styles.watching}>
        {raised ? 'Your hand is up. Your proctor sees it.' : ''}
      </p>
    </>
  );
}

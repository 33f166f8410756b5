import { Check, Mic, Monitor, TriangleAlert, Video } from 'lucide-react';
import type { Device } from '@/attempt/attempt-store';
import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { DEVICE_NAMES, silentWords, whatToDo } from '@/attempt/device-words';
import { DevicePicture } from '@/attempt/DevicePicture';
import { Button } from '@/components/ui/Button';
import type { DeviceKind } from '@/media/devices';
import { InputChoice } from './InputChoice';
import { Meter } from './Meter';
import styles from './Devices.module.css';

const ICONS = { camera: Video, microphone: Mic, screen: Monitor };
const HINTS: Record<DeviceKind, string> = {
  camera: 'You should see yourself, with light on your face.',
  microphone: 'Say a few words: the bar should move.',
  screen: 'Choose "Entire screen" in the window that opens.',
};
const VERBS: Record<DeviceKind, string> = {
  camera: 'Turn on the camera',
  microphone: 'Turn on the microphone',
  screen: 'Share the entire screen',
};

/** One device: a sample of it, a tick or what to do. */
export function DeviceRow({ kind }: { kind: DeviceKind }) {
  const session = useAttemptSession();
  const device = useAttempt((view) => view.devices[kind]);
  return (
    <section className={styles.row} aria-label={DEVICE_NAMES[kind]}>
      <div className={styles.sample} data-kind={kind} data-on={device.status === 'on' || undefined}>
        <Sample kind={kind} device={device} />
      </div>
      <div className={styles.words}>
        <h2 className={styles.name}>{DEVICE_NAMES[kind]}</h2>
        <div role="status">
          <Status kind={kind} device={device} />
        </div>
        {device.status === 'on' && kind !== 'screen' && <InputChoice kind={kind} stream={device.stream} />}
        {device.status !== 'on' && (
          <Button
            isPending={device.status === 'asking'}
            onPress={() => {
              void session.openDevice(kind);
            }}
          >
            {device.status === 'problem' || device.status === 'stopped' ? 'Try again' : VERBS[kind]}
          </Button>
        )}
      </div>
    </section>
  );
}

function Status({ kind, device }: { kind: DeviceKind; device: Device }) {
  switch (device.status) {
    case 'on':
      if (device.silent) {
        const { title, words } = silentWords(kind);
        return (
          <>
            <p className={styles.status} data-tone="medium">
              <TriangleAlert size={18} aria-hidden /> {title}
            </p>
            <p>{words}</p>
          </>
        );
      }
      return (
        <>
          <p className={styles.status} data-tone="ok">
            <Check size={18} aria-hidden /> {kind === 'screen' ? 'Shared' : 'Working'}
          </p>
          {kind !== 'screen' && <p className={styles.hint}>{HINTS[kind]}</p>}
        </>
      );
    case 'problem':
      return (
        <>
          <p className={styles.status} data-tone="medium">
            <TriangleAlert size={18} aria-hidden /> What to do
          </p>
          <p>{whatToDo(kind, device.problem)}</p>
        </>
      );
    case 'stopped':
      return <p className={styles.hint}>It was switched off. Turn it on again to go on.</p>;
    case 'asking':
      return <p className={styles.hint}>Your browser asks you now: please allow it.</p>;
    case 'off':
      return <p className={styles.hint}>{HINTS[kind]}</p>;
  }
}

function Sample({ kind, device }: { kind: DeviceKind; device: Device }) {
  const Icon = ICONS[kind];
  if (device.status === 'on' && kind === 'camera') {
    return <DevicePicture stream={device.stream} />;
  }
  if (device.status === 'on' && kind === 'microphone') {
    return <Meter stream={device.stream} />;
  }
  return <Icon size={32} aria-hidden />;
}

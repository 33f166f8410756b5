import { useAttempt } from '@/attempt/AttemptContext';
import { DEVICE_NAMES } from '@/attempt/device-words';
import { enterFullScreen } from '@/attempt/full-screen';
import { neededDevices } from '@/attempt/needed-devices';
import { StepPage } from '@/attempt/StepPage';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { DeviceRow } from './DeviceRow';
import styles from './Devices.module.css';
import { useCheckInDone } from './use-check-in-done';

/** Camera, microphone and screen, each with a tick or what to do. onNext: what follows, where something does. */
export function Devices({ onNext }: { onNext?: () => void }) {
  const room = useAttempt((view) => view.room);
  const devices = useAttempt((view) => view.devices);
  const needed = neededDevices(room);
  const missing = needed.filter((kind) => devices[kind].status !== 'on');
  const done = useCheckInDone();
  return (
    <StepPage
      step="Devices"
      exam={room.exam_title}
      title="Check your devices"
      lead={
        <p>
          Turn on each device once. Only your proctor and the people you read about can see and hear them.
        </p>
      }
      actions={
        <Button
          variant="primary"
          size="large"
          isDisabled={missing.length > 0}
          isPending={done.isPending}
          onPress={() => {
            if (room.watch_fullscreen) void enterFullScreen();
            if (onNext === undefined) done.mutate();
            else onNext();
          }}
        >
          Continue
        </Button>
      }
    >
      <div className={styles.rows}>
        {needed.map((kind) => (
          <DeviceRow key={kind} kind={kind} />
        ))}
      </div>
      {missing.length > 0 && (
        <p className={styles.hint}>
          Still to do: {missing.map((kind) => DEVICE_NAMES[kind].toLowerCase()).join(', ')}.
        </p>
      )}
      {room.watch_fullscreen && (
        <p className={styles.hint}>
          The exam is shown in full screen: your browser switches when you continue.
        </p>
      )}
      {done.error !== null && (
        <Banner tone="medium" live="alert" title="This did not work">
          <p>{done.error.message}</p>
        </Banner>
      )}
    </StepPage>
  );
}

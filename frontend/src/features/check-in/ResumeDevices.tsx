import { useEffect, useRef, useState } from 'react';
import type { AttemptState } from '@/api/generated/socket';
import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { Chat } from '@/attempt/Chat';
import { enterFullScreen } from '@/attempt/full-screen';
import { neededDevices } from '@/attempt/needed-devices';
import { StepPage } from '@/attempt/StepPage';
import { Button } from '@/components/ui/Button';
import { alreadyAllowed } from '@/media/devices';
import { DeviceRow } from './DeviceRow';
import styles from './Devices.module.css';

const STANDS: Partial<Record<AttemptState, string>> = {
  live: 'Your exam is running.',
  paused: 'Your exam is paused until your proctor lets it go on.',
};

/** After a reload the attempt stands where it was, but a browser gives devices only to a page that asks. */
export function ResumeDevices() {
  const session = useAttemptSession();
  const room = useAttempt((view) => view.room);
  const state = useAttempt((view) => view.state);
  const [tried, setTried] = useState(false);
  const asked = useRef(false);

  const turnOn = async () => {
    asked.current = true;
    if (room.watch_fullscreen) await enterFullScreen();
    let allOn = true;
    for (const kind of neededDevices(room)) {
      allOn = (await session.openDevice(kind)) && allOn;
    }
    setTried(true);
    if (allOn) session.devicesDone();
  };
  const needsClick = room.require_screen || room.watch_fullscreen;
  useEffect(() => {
    if (needsClick || asked.current) return;
    asked.current = true;
    void alreadyAllowed().then((allowed) => (allowed ? turnOn() : undefined));
    // Once, when the page appears.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    <StepPage
      exam={room.exam_title}
      title="Welcome back"
      lead={<p>Nothing is lost. {STANDS[state]} Turn your devices on again with one click to go on.</p>}
      actions={
        <>
          <Button variant="primary" size="large" onPress={() => void turnOn()}>
            {tried ? 'Try all again' : 'Turn on and continue'}
          </Button>
          {tried && (
            <Button
              size="large"
              onPress={() => {
                session.devicesDone();
              }}
            >
              Continue as it is
            </Button>
          )}
        </>
      }
    >
      {tried && (
        <>
          <div className={styles.rows}>
            {neededDevices(room).map((kind) => (
              <DeviceRow key={kind} kind={kind} />
            ))}
          </div>
          <p className={styles.hint}>
            If a device does not come back you can go on as it is. Your proctor sees that it is off: tell them
            why.
          </p>
          <Chat />
        </>
      )}
    </StepPage>
  );
}

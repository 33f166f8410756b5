import { useEffect, useState } from 'react';
import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import { ConnectionBanner } from '@/attempt/ConnectionBanner';
import { DEVICE_NAMES, silentWords, whatToDo } from '@/attempt/device-words';
import { enterFullScreen } from '@/attempt/full-screen';
import { neededDevices } from '@/attempt/needed-devices';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { clockTime } from '@/format/time';
import type { DeviceKind } from '@/media/devices';
import styles from './ExamRoom.module.css';

/** What the candidate has to know, above the exam, until it is read or mended. */
export function Notes() {
  const needed = neededDevices(useAttempt((view) => view.room));
  return (
    <div className={styles.notes}>
      <Warnings />
      <ConnectionBanner />
      <LiveNote />
      <div>
        {needed.map((kind) => (
          <DeviceNote key={kind} kind={kind} />
        ))}
        <FullScreenNote />
      </div>
    </div>
  );
}

function Warnings() {
  const session = useAttemptSession();
  const warnings = useAttempt((view) => view.warnings);
  // The region is there before the first warning, so that a screen reader speaks each as it comes.
  return (
    <div role="alert" aria-relevant="additions" aria-atomic={false}>
      {warnings.map((warning) => (
        <Banner
          key={warning.id}
          tone="medium"
          title={`Please note, ${clockTime(warning.at)}`}
          actions={
            <Button
              onPress={() => {
                session.acknowledgeWarning(warning.id);
              }}
            >
              I have read this
            </Button>
          }
        >
          <p>{warning.text}</p>
        </Banner>
      ))}
    </div>
  );
}

/** What a proctor did in the live view, with the reason. The exam itself is not touched by it. */
function LiveNote() {
  const session = useAttemptSession();
  const note = useAttempt((view) => view.liveNote);
  if (note === null) return null;
  const { media, reason } = note;
  const read = () => {
    session.liveNoteRead();
  };
  return (
    <Banner
      live="polite"
      title={
        media === null
          ? 'Your proctor took you out of the live view.'
          : `Your proctor switched your ${DEVICE_NAMES[media].toLowerCase()} off in the live view.`
      }
      actions={
        <>
          {media !== null && (
            <Button
              onPress={() => {
                void session.openDevice(media).then((on) => {
                  if (on) read();
                });
              }}
            >
              Turn on again
            </Button>
          )}
          <Button onPress={read}>I have read this</Button>
        </>
      }
    >
      <p>{reason !== '' && `${reason} `}Your exam goes on.</p>
    </Banner>
  );
}

const OFF: Record<DeviceKind, string> = {
  camera: 'Your camera is off.',
  microphone: 'Your microphone is off.',
  screen: 'Your screen is not shared.',
};

function DeviceNote({ kind }: { kind: DeviceKind }) {
  const session = useAttemptSession();
  const device = useAttempt((view) => view.devices[kind]);
  if (device.status === 'on' && !device.silent) {
    return null;
  }
  const silent = device.status === 'on' ? silentWords(kind) : null;
  return (
    <Banner
      tone="medium"
      live="polite"
      title={silent?.title ?? OFF[kind]}
      actions={
        <Button
          isPending={device.status === 'asking'}
          onPress={() => {
            void session.openDevice(kind);
          }}
        >
          {kind === 'screen' ? 'Share again' : 'Turn on again'}
        </Button>
      }
    >
      <p>
        {device.status === 'problem'
          ? whatToDo(kind, device.problem)
          : (silent?.words ?? 'The exam needs it. If it does not come back, write to your proctor.')}
      </p>
    </Banner>
  );
}

function FullScreenNote() {
  const wanted = useAttempt((view) => view.room.watch_fullscreen);
  const [full, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const look = () => {
      setFull(document.fullscreenElement !== null);
    };
    document.addEventListener('fullscreenchange', look);
    return () => {
      document.removeEventListener('fullscreenchange', look);
    };
  }, []);
  if (!wanted || full || !document.fullscreenEnabled) {
    return null;
  }
  return (
    <Banner
      live="polite"
      title="This exam is taken in full screen."
      actions={<Button onPress={() => void enterFullScreen()}>Back to full screen</Button>}
    />
  );
}

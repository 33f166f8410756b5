import { useRealtimeKitClient } from '@cloudflare/realtimekit-react';
import { RtkMeeting, sendNotification } from '@cloudflare/realtimekit-react-ui';
import { useEffect, useState } from 'react';
import { detectEveryMs, detectFaces } from './detect-faces';
import { faceWatch } from './face-watch';
import styles from './FullMeeting.module.css';

type Meeting = NonNullable<ReturnType<typeof useRealtimeKitClient>[0]>;

const SHOWN_MS = 10_000;

/** The kit's full meeting, in which every so often a picture of the camera is looked at. */
export default function FullMeeting({ authToken }: { authToken: string }) {
  const [meeting, initMeeting] = useRealtimeKitClient();
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    initMeeting({ authToken, defaults: { audio: true, video: true } }).catch(() => {
      setProblem('The meeting could not be joined. The token may be wrong or too old: ask for a new one.');
    });
    // The token of the address is what makes another meeting; the kit's function is a new one at every drawing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [authToken]);
  useFaceWatch(meeting);
  if (problem !== null) return <p role="alert">{problem}</p>;
  return (
    <div className={styles.meeting}>
      <RtkMeeting mode="fill" meeting={meeting} showSetupScreen leaveOnUnmount />
    </div>
  );
}

function useFaceWatch(meeting: Meeting | undefined): void {
  useEffect(() => {
    if (meeting === undefined) return;
    const { self } = meeting;
    let left = false;
    let takeBack = () => Promise.resolve();
    const watch = async () => {
      const everyMs = await detectEveryMs();
      if (isTrue(() => left)) return;
      const middleware = faceWatch({
        everyMs,
        detect: (picture) => detectFaces(picture, self.id),
        found: () => {
          sendNotification({
            id: `multiple-faces-${Date.now()}`,
            message: 'Multiple faces detected!',
            duration: SHOWN_MS,
          });
        },
      });
      const added = self.addVideoMiddleware(middleware);
      takeBack = async () => {
        await added;
        await self.removeVideoMiddleware(middleware);
      };
      await added;
    };
    watch().catch(() => {
      sendNotification({
        id: 'no-face-watch',
        message: 'Faces are not looked for: the server does not answer.',
      });
    });
    return () => {
      left = true;
      takeBack().catch(() => undefined); // the meeting is gone, and its middlewares with it
    };
  }, [meeting]);
}

/** Of something that changes while this function waits. */
function isTrue(ask: () => boolean): boolean {
  return ask();
}

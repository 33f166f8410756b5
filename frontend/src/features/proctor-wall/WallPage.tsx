import { CircleHelp } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { Link, useParams } from 'react-router';
import { LiveSocket, monitorUrl } from '@/api/live-socket';
import { signedOut } from '@/api/session';
import type { Me } from '@/api/types';
import { SignedIn, Waiting } from '@/components/staff/StaffPage';
import { TopBar } from '@/components/staff/TopBar';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { ActionDialogs } from './ActionDialogs';
import { AlertRail } from './AlertRail';
import { AlertVoice } from './AlertVoice';
import { CandidatePanel } from './CandidatePanel';
import { TileGrid } from './TileGrid';
import { useWallKeys } from './use-wall-keys';
import { createView, useLive, useView, useWall, WallContext, type Wall } from './wall-context';
import { Counts, ExamClock, Tools } from './WallHeader';
import { WallFooter } from './WallFooter';
import styles from './WallPage.module.css';

export function WallPage() {
  const { examId = '' } = useParams();
  return <SignedIn>{(me) => <WallOf key={examId} examId={examId} me={me} />}</SignedIn>;
}

function WallOf({ examId, me }: { examId: string; me: Me }) {
  const [socket] = useState(() => new LiveSocket({ url: monitorUrl(examId) }));
  const [view] = useState(createView);
  useEffect(() => {
    socket.start();
    return () => {
      socket.stop();
    };
  }, [socket]);
  const wall = useMemo<Wall>(
    () => ({ examId, socket, view, mayAct: me.role !== 'reviewer' }),
    [examId, socket, view, me.role],
  );
  return (
    <WallContext value={wall}>
      <WallLayout me={me} />
    </WallContext>
  );
}

function WallLayout({ me }: { me: Me }) {
  const { view, examId } = useWall();
  const title = useLive((state) => state.monitor?.exam.title);
  const ready = useLive((state) => state.monitor !== null);
  const opened = useView((state) => state.opened);
  const tab = useView((state) => state.tab);
  const step = useWallKeys();
  return (
    <div className={styles.page} data-opened={opened !== null || undefined} data-tab={tab}>
      <title>{`${title ?? 'Proctor wall'} · Examhall`}</title>
      <div className={styles.top}>
        <TopBar
          me={me}
          preferredTheme="dark"
          links={false}
          where={
            <>
              <h1 className={styles.title}>
                <span aria-hidden>/ </span>
                <Link to={`/exams/${examId}`}>{title ?? 'Proctor wall'}</Link>
              </h1>
              {ready && <ExamClock />}
              {ready && <Counts />}
            </>
          }
          tools={
            <Button
              variant="quiet"
              iconOnly
              aria-label="All keys"
              onPress={() => {
                view.setState({ dialog: { is: 'keys' } });
              }}
            >
              <CircleHelp size={16} aria-hidden />
            </Button>
          }
        />
        <ConnectionBanner />
      </div>
      <section className={styles.tools} aria-label="Tools of the wall">
        {ready && <Tools />}
      </section>
      <main className={styles.wall} aria-label="Proctor wall">
        {ready ? <TileGrid /> : <Waiting what="the wall" />}
      </main>
      <div className={styles.side}>
        {opened === null ? <AlertRail /> : <CandidatePanel attemptId={opened} onStep={step} />}
      </div>
      <WallFooter />
      <ActionDialogs />
      <AlertVoice />
    </div>
  );
}

function ConnectionBanner() {
  const connection = useLive((state) => state.connection);
  const refused = connection.is === 'refused' ? connection : null;
  useEffect(() => {
    if (refused?.why === 'unauthenticated') signedOut.setState({ signedOut: true });
  }, [refused]);
  if (connection.is === 'reconnecting') {
    return (
      <Banner tone="medium" live="polite">
        <p>
          <strong>Reconnecting.</strong> What you see may be old. Candidates keep working, nothing is lost.
        </p>
      </Banner>
    );
  }
  if (refused === null) return null;
  return (
    <Banner
      tone="high"
      live="alert"
      title={refused.why === 'forbidden' ? 'You do not proctor this exam' : 'The connection was refused'}
      actions={<Link to="/exams">Back to the exams</Link>}
    >
      <p>
        {refused.why === 'forbidden'
          ? 'Ask an administrator to add you to its staff.'
          : `Reload the page. ${refused.words}`}
      </p>
    </Banner>
  );
}

import {
  Bell,
  ChevronLeft,
  ChevronRight,
  Clock,
  MessageSquare,
  OctagonX,
  Pause,
  Play,
  X,
} from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { incidentsOf } from '@/api/monitor-state';
import type { AttemptCard } from '@/api/types';
import { CameraCheckRecord } from '@/components/check/CameraCheckRecord';
import { Banner } from '@/components/ui/Banner';
import { Button } from '@/components/ui/Button';
import { Kbd } from '@/components/ui/Kbd';
import { StateMark } from '@/components/ui/StateMark';
import { admit, resume, useAct } from './actions';
import { OtherAlerts } from './AlertRail';
import { Chat } from './Chat';
import { LiveViewPane } from './LiveViewPane';
import { LinePart, TimePart } from './PanelParts';
import { isOver, shownState } from './need';
import { PanelIncidents } from './PanelIncidents';
import { RiskFigure, RiskParts } from './RiskFigure';
import { leftWords, useServerTick } from './server-time';
import { Timeline } from './Timeline';
import { useLive, useWall, type WallDialog } from './wall-context';
import styles from './CandidatePanel.module.css';

/** One candidate at the side; the wall stays. */
export function CandidatePanel({ attemptId, onStep }: { attemptId: string; onStep: (by: 1 | -1) => void }) {
  const { view, mayAct } = useWall();
  const card = useLive((state) => state.monitor?.attempts.get(attemptId));
  const incidents = useLive((state) => incidentsOf(state.monitor, attemptId));
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, [attemptId]);
  if (card === undefined) return null;
  return (
    <aside className={styles.panel} aria-label={`Candidate ${card.candidate_name}`}>
      <header className={styles.head}>
        <div className={styles.title}>
          <h2 ref={heading} tabIndex={-1}>
            <bdi>{card.candidate_name}</bdi>
          </h2>
          <PanelState card={card} />
        </div>
        <Button
          variant="quiet"
          iconOnly
          aria-label="Previous candidate"
          onPress={() => {
            onStep(-1);
          }}
        >
          <ChevronLeft size={16} aria-hidden />
        </Button>
        <Button
          variant="quiet"
          iconOnly
          aria-label="Next candidate"
          onPress={() => {
            onStep(1);
          }}
        >
          <ChevronRight size={16} aria-hidden />
        </Button>
        <Button
          variant="quiet"
          iconOnly
          aria-label="Close the candidate"
          onPress={() => {
            view.setState({ opened: null });
          }}
        >
          <X size={16} aria-hidden />
        </Button>
      </header>
      <OtherAlerts attemptId={attemptId} />
      <div className={styles.scroll}>
        {isOver(card) ? (
          <p>
            This exam is over. <Link to={`/attempts/${attemptId}`}>Open the review</Link>
          </p>
        ) : (
          <LiveViewPane key={attemptId} card={card} />
        )}
        {card.note !== null && (
          <Banner tone="medium">
            <p>{card.note}</p>
          </Banner>
        )}
        {mayAct && <PanelActions card={card} />}
        <Timeline card={card} incidents={incidents} />
        <PanelIncidents card={card} incidents={incidents} />
        <TimePart card={card} />
        <LinePart card={card} />
        <CameraCheckRecord card={card} />
        <section className={styles.section} aria-label="Risk">
          <h3>
            What the risk is made of <RiskFigure risk={card.risk} />
          </h3>
          <RiskParts risk={card.risk} />
        </section>
        <Chat card={card} />
        <p className={styles.more}>
          <Link to={`/attempts/${attemptId}`}>The whole record of this attempt</Link>
        </p>
      </div>
    </aside>
  );
}

function PanelState({ card }: { card: AttemptCard }) {
  const left = useServerTick((now) => leftWords(card, now));
  const shared = [
    card.sharing.camera ? 'camera' : null,
    card.sharing.microphone ? 'microphone' : null,
    card.sharing.screen ? 'screen' : null,
  ].filter((one) => one !== null);
  return (
    <p className={styles.state}>
      <StateMark state={shownState(card)} />
      {left !== null && <span>{left} left</span>}
      {card.candidate_ref !== null && <span>{card.candidate_ref}</span>}
      <span>{shared.length === 0 ? 'shares nothing now' : `shares ${shared.join(', ')}`}</span>
    </p>
  );
}

function PanelActions({ card }: { card: AttemptCard }) {
  const { view } = useWall();
  const { act, isPending } = useAct();
  const attemptId = card.attempt_id;
  const ask = (is: Extract<WallDialog, { attemptId: string }>['is']) => () => {
    view.setState({ dialog: { is, attemptId } });
  };
  if (isOver(card)) return null;
  const running = card.state === 'live' || card.state === 'paused';
  return (
    <div className={styles.actions} role="toolbar" aria-label={`Actions for ${card.candidate_name}`}>
      {card.state === 'waiting' && (
        <Button
          variant="primary"
          isDisabled={isPending}
          onPress={() => {
            act({ run: () => admit(attemptId), done: `${card.candidate_name} is in.` });
          }}
        >
          Let in
        </Button>
      )}
      {running && (
        <Button onPress={ask('warn')}>
          <Bell size={14} aria-hidden /> Warn <Kbd>W</Kbd>
        </Button>
      )}
      <Button onPress={ask('message')}>
        <MessageSquare size={14} aria-hidden /> Message <Kbd>M</Kbd>
      </Button>
      {card.state === 'live' && (
        <Button onPress={ask('pause')}>
          <Pause size={14} aria-hidden /> Pause <Kbd>P</Kbd>
        </Button>
      )}
      {card.state === 'paused' && (
        <Button
          isDisabled={isPending}
          onPress={() => {
            act({ run: () => resume(attemptId), done: `${card.candidate_name} goes on.` });
          }}
        >
          <Play size={14} aria-hidden /> Resume <Kbd>P</Kbd>
        </Button>
      )}
      {running && (
        <Button onPress={ask('time')}>
          <Clock size={14} aria-hidden /> Add time
        </Button>
      )}
      <Button variant="danger" onPress={ask('end')}>
        <OctagonX size={14} aria-hidden /> End…
      </Button>
    </div>
  );
}

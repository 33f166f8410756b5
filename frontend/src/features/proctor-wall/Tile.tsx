import { Bell, Disc, EyeOff, Hand, Maximize2, MessageSquare, Pause, Play, SignalMedium } from 'lucide-react';
import { memo, useState, type ReactNode } from 'react';
import { incidentsOf } from '@/api/monitor-state';
import type { AttemptCard, Incident } from '@/api/types';
import { offLine, offReasons } from '@/components/check/words';
import { SeverityMark } from '@/components/ui/SeverityMark';
import { STATE_WORDS, StateMark, type ShownState } from '@/components/ui/StateMark';
import { SignalIcon } from '@/components/incident/SignalIcon';
import { SIGNAL_NAMES } from '@/components/incident/signals';
import { howLong } from '@/format/time';
import { admit, resume, useAct } from './actions';
import { LastPicture, newestKept } from './LastPicture';
import { lineShort, lineWhole, NEVER_AGAINST, RECORDING_WORDS } from './line-words';
import { hasPassed, openAlerts, shownState, worst } from './need';
import { RiskButton, RiskFigure } from './RiskFigure';
import { leftWords, useServerTick } from './server-time';
import { Thumbnail } from './Thumbnail';
import { useLive, useView, useWall } from './wall-context';
import styles from './Tile.module.css';

const OLD_PICTURE_MS = 5_000;

/** How long it has stood so, where that matters. */
function stateWords(card: AttemptCard, state: ShownState, serverNow: number): string {
  if (state === 'offline' && card.disconnected_at !== null) {
    return `${STATE_WORDS.offline}, ${howLong(serverNow - card.disconnected_at)}`;
  }
  if (state === 'paused') {
    const by = card.paused_by === null ? 'Paused' : `Paused by ${card.paused_by}`;
    return card.clock.paused_at === null ? by : `${by}, ${howLong(serverNow - card.clock.paused_at)}`;
  }
  return STATE_WORDS[state];
}

export const Tile = memo(function Tile({ attemptId, tabbable }: { attemptId: string; tabbable: boolean }) {
  const { view, mayAct } = useWall();
  const card = useLive((state) => state.monitor?.attempts.get(attemptId));
  const incidents = useLive((state) => incidentsOf(state.monitor, attemptId));
  const opened = useView((state) => state.opened === attemptId);
  const [active, setActive] = useState(false);
  if (card === undefined) return null;
  const open = worst(openAlerts(incidents));
  const state = shownState(card);
  return (
    <li
      className={styles.tile}
      data-severity={open?.severity}
      data-passed={(open !== null && hasPassed(open)) || undefined}
      data-opened={opened || undefined}
      onPointerEnter={(event) => {
        // Under a finger the actions would appear where it is about to let go.
        setActive(event.pointerType !== 'touch');
      }}
      onPointerLeave={() => {
        setActive(false);
      }}
    >
      <Picture card={card} state={state} incidents={incidents} />
      <Caption card={card} state={state} open={open} active={active} />
      <button
        type="button"
        className={styles.cover}
        data-attempt={attemptId}
        tabIndex={tabbable ? 0 : -1}
        aria-describedby={`tile-${attemptId}`}
        onFocus={() => {
          view.setState({ focused: attemptId });
        }}
        onClick={() => {
          view.setState({ opened: attemptId, focused: attemptId });
        }}
      >
        <span className="visually-hidden">{card.candidate_name}</span>
      </button>
      {mayAct && (
        <div className={styles.overPicture}>
          {state === 'waiting' ? <LetIn card={card} /> : <Acts card={card} state={state} shown={active} />}
        </div>
      )}
    </li>
  );
});

function Picture({
  card,
  state,
  incidents,
}: {
  card: AttemptCard;
  state: ShownState;
  incidents: readonly Incident[];
}) {
  const { socket } = useWall();
  const away = !card.connected && state !== 'invited';
  const kept = away ? newestKept(incidents) : null;
  const seen = useServerTick(() => socket.thumbnails.get(card.number) !== undefined);
  const age = useServerTick((now) => {
    const newest = socket.thumbnails.get(card.number)?.capturedAt ?? kept?.capturedAt;
    if (newest === undefined) return '';
    const old = now - newest;
    return old > OLD_PICTURE_MS ? `${howLong(old)} ago` : '';
  });
  const none = state === 'invited' || (!seen && kept === null);
  return (
    <div className={styles.frame}>
      <Thumbnail thumbnails={socket.thumbnails} number={card.number} dim={away || state === 'paused'} />
      {!seen && kept !== null && <LastPicture kept={kept} />}
      {card.hand_raised_at !== null && (
        <span className={styles.topLeft}>
          <Hand size={12} aria-hidden /> Hand up
        </span>
      )}
      {age !== '' && <span className={styles.topRight}>{age}</span>}
      <span className={styles.middle}>
        {none ? (
          <span className={styles.tag}>
            {away ? 'No picture since you opened this page' : 'No picture yet'}
          </span>
        ) : state === 'offline' ? (
          <span className={styles.tag}>
            <StateMark state="offline">Last picture</StateMark>
          </span>
        ) : (
          state === 'paused' && (
            <span className={styles.tag}>
              <StateMark state="paused" />
            </span>
          )
        )}
      </span>
    </div>
  );
}

function Caption({
  card,
  state,
  open,
  active,
}: {
  card: AttemptCard;
  state: ShownState;
  open: Incident | null;
  active: boolean;
}) {
  const words = useServerTick((now) => stateWords(card, state, now));
  const left = useServerTick((now) => leftWords(card, now));
  return (
    <div className={styles.caption} id={`tile-${card.attempt_id}`}>
      <div className={styles.row}>
        <span className={styles.name} dir="auto" title={card.candidate_name}>
          {card.candidate_name}
        </span>
        {active ? (
          <RiskButton risk={card.risk} name={card.candidate_name} tabbable={false} />
        ) : (
          <RiskFigure risk={card.risk} />
        )}
      </div>
      <div className={styles.why}>
        {open === null ? (
          <StateMark state={state}>{words}</StateMark>
        ) : (
          <>
            <OpenMark incident={open} />
            <span className={styles.clip} title={open.words}>
              <SignalIcon signal={open.signal} size={12} /> {SIGNAL_NAMES[open.signal]}
              {state === 'live' ? '' : ` · ${words}`}
            </span>
          </>
        )}
        <RecordingMark card={card} />
        {card.detectors_off.length > 0 && <OffMark card={card} />}
        {left !== null && (
          <span className={styles.left}>
            <span className="visually-hidden">time left </span>
            {left}
          </span>
        )}
      </div>
      <SlowLine card={card} />
      {card.note !== null && <div className={styles.note}>{card.note}</div>}
    </div>
  );
}

/** What a slow network leaves out, in words: it explains what is missing, and is no fault of the candidate's. */
function SlowLine({ card }: { card: AttemptCard }) {
  const words = lineShort(card);
  if (words === '') return null;
  return (
    <div className={styles.slow} title={`${lineWhole(card)} ${NEVER_AGAINST}`}>
      <SignalMedium size={12} aria-hidden /> <span>{words}</span>
    </div>
  );
}

/** Whether it is recorded, as a small mark; that it stopped is said in words. */
function RecordingMark({ card }: { card: AttemptCard }) {
  if (card.recording === 'off' || !card.connected || card.state !== 'live') return null;
  const words = RECORDING_WORDS[card.recording];
  return (
    <span className={styles.recording} data-recording={card.recording} title={words}>
      <Disc size={12} aria-hidden />
      <span className={card.recording === 'stopped' ? '' : 'visually-hidden'}>
        {card.recording === 'stopped' ? 'Not recording' : words}
      </span>
    </span>
  );
}

/** One small mark: the words are in the tile's description, the tooltip and the panel that it opens. */
function OffMark({ card }: { card: AttemptCard }) {
  const { view } = useWall();
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.off}
      title={offReasons(card.detectors_off)}
      onClick={() => {
        view.setState({ opened: card.attempt_id, focused: card.attempt_id });
      }}
    >
      <EyeOff size={12} aria-hidden />
      <span className="visually-hidden">{offLine(card.detectors_off)}</span>
    </button>
  );
}

/** What has passed gives its severity up for the word that says so: the row is narrow. */
function OpenMark({ incident: { severity, closed_at } }: { incident: Incident }) {
  if (closed_at === null) return <SeverityMark severity={severity} />;
  return (
    <>
      <SeverityMark severity={severity} wordless />
      <span>
        <span className="visually-hidden">{severity}, </span>over
      </span>
    </>
  );
}

function LetIn({ card }: { card: AttemptCard }) {
  const { act, isPending } = useAct();
  return (
    <button
      type="button"
      className={styles.letIn}
      disabled={isPending}
      onClick={() => {
        act({ run: () => admit(card.attempt_id), done: `${card.candidate_name} is in.` });
      }}
    >
      Let in<span className="visually-hidden"> {card.candidate_name}</span>
    </button>
  );
}

/** For the pointer; the keyboard has its keys. Not in the tab order, so that two hundred tiles stay one stop. */
function Acts({ card, state, shown }: { card: AttemptCard; state: ShownState; shown: boolean }) {
  const { view } = useWall();
  const { act } = useAct();
  const focused = useView((one) => one.focused === card.attempt_id && one.held);
  if (!shown && !focused) return null;
  const attemptId = card.attempt_id;
  const running = card.state === 'live' || card.state === 'paused';
  return (
    <div className={styles.acts} role="toolbar" aria-label={card.candidate_name}>
      <Act
        icon={<Maximize2 size={14} />}
        word="Open"
        run={() => {
          view.setState({ opened: attemptId });
        }}
      />
      {running && (
        <Act
          icon={<Bell size={14} />}
          word="Warn W"
          run={() => {
            view.setState({ dialog: { is: 'warn', attemptId } });
          }}
        />
      )}
      <Act
        icon={<MessageSquare size={14} />}
        word="Msg M"
        run={() => {
          view.setState({ dialog: { is: 'message', attemptId } });
        }}
      />
      {state === 'paused' ? (
        <Act
          icon={<Play size={14} />}
          word="Resume P"
          run={() => {
            act({ run: () => resume(attemptId), done: `${card.candidate_name} goes on.` });
          }}
        />
      ) : (
        card.state === 'live' && (
          <Act
            icon={<Pause size={14} />}
            word="Pause P"
            run={() => {
              view.setState({ dialog: { is: 'pause', attemptId } });
            }}
          />
        )
      )}
    </div>
  );
}

function Act({ icon, word, run }: { icon: ReactNode; word: string; run: () => void }) {
  return (
    <button type="button" tabIndex={-1} onClick={run}>
      <span aria-hidden>{icon}</span>
      {word}
    </button>
  );
}

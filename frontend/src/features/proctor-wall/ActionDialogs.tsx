/** The windows for what a proctor says and does to one candidate, or to all. */
import { useState } from 'react';
import { incidentsOf } from '@/api/monitor-state';
import { Button } from '@/components/ui/Button';
import { Dialog, DialogActions } from '@/components/ui/Dialog';
import { Kbd } from '@/components/ui/Kbd';
import { TextField } from '@/components/ui/TextField';
import { Form, type OneProps } from './ActionForm';
import { end, pause, say, sayToAll, useAct, warn } from './actions';
import { KEY_HELP } from './keys';
import { openAlerts, worst } from './need';
import { MuteDialog, TakeOutDialog } from './MeetingActions';
import { TimeDialog, TimeForAllDialog } from './TimeDialogs';
import { useLive, useView, useWall, type WallDialog } from './wall-context';
import styles from './ActionDialogs.module.css';

export function ActionDialogs() {
  const { view } = useWall();
  const dialog = useView((state) => state.dialog);
  const close = () => {
    view.setState({ dialog: null });
  };
  if (dialog === null) return null;
  switch (dialog.is) {
    case 'keys':
      return <KeysDialog onClose={close} />;
    case 'message_all':
      return <MessageAll onClose={close} />;
    case 'time_all':
      return <TimeForAllDialog onClose={close} />;
    default:
      return <AboutOne key={dialog.attemptId} dialog={dialog} onClose={close} />;
  }
}

function AboutOne({
  dialog,
  onClose,
}: {
  dialog: Extract<WallDialog, { attemptId: string }>;
  onClose: () => void;
}) {
  const name = useLive((state) => state.monitor?.attempts.get(dialog.attemptId)?.candidate_name);
  if (name === undefined) return null;
  const props = { attemptId: dialog.attemptId, name, onClose };
  switch (dialog.is) {
    case 'warn':
      return <WarnDialog {...props} />;
    case 'message':
      return <MessageOne {...props} />;
    case 'pause':
      return <PauseDialog {...props} />;
    case 'end':
      return <EndDialog {...props} />;
    case 'time':
      return <TimeDialog {...props} />;
    case 'mute':
      return <MuteDialog {...props} />;
    case 'take_out':
      return <TakeOutDialog {...props} />;
  }
}

function WarnDialog({ attemptId, name, onClose }: OneProps) {
  const [text, setText] = useState('');
  const prepared = useLive((state) => state.monitor?.exam.prepared_warnings) ?? [];
  const about = useLive((state) => worst(openAlerts(incidentsOf(state.monitor, attemptId))));
  const { act } = useAct();
  return (
    <Form
      title={`Warn ${name}`}
      submit="Send the warning"
      ready={text.trim() !== ''}
      onClose={onClose}
      onSubmit={() => {
        act({ run: () => warn(attemptId, text.trim(), about?.id ?? null), done: `${name} was warned.` });
      }}
    >
      {about !== null && <p>About: {about.words}. The alert counts as handled then.</p>}
      <ul className={styles.prepared} aria-label="Prepared texts">
        {prepared.map((one) => (
          <li key={one}>
            <Button
              size="small"
              onPress={() => {
                setText(one);
              }}
            >
              {one}
            </Button>
          </li>
        ))}
      </ul>
      <TextField
        label="What the candidate reads"
        hint="It stays on their page until they acknowledge it."
        rows={3}
        maxLength={2000}
        autoFocus
        value={text}
        onChange={setText}
      />
    </Form>
  );
}

function MessageOne({ attemptId, name, onClose }: OneProps) {
  const [text, setText] = useState('');
  const { act } = useAct();
  return (
    <Form
      title={`Message to ${name}`}
      submit="Send"
      ready={text.trim() !== ''}
      onClose={onClose}
      onSubmit={() => {
        act({ run: () => say(attemptId, text.trim()), done: `Sent to ${name}.` });
      }}
    >
      <TextField label="Message" rows={3} maxLength={2000} autoFocus value={text} onChange={setText} />
    </Form>
  );
}

function MessageAll({ onClose }: { onClose: () => void }) {
  const { examId } = useWall();
  const [text, setText] = useState('');
  const { act } = useAct();
  return (
    <Form
      title="Message to all"
      submit="Send to all"
      ready={text.trim() !== ''}
      onClose={onClose}
      onSubmit={() => {
        act({ run: () => sayToAll(examId, text.trim()), done: 'Sent to everyone in the exam.' });
      }}
    >
      <TextField
        label="Message"
        hint="Everyone who is in the exam now reads it in their chat."
        rows={3}
        maxLength={2000}
        autoFocus
        value={text}
        onChange={setText}
      />
    </Form>
  );
}

function PauseDialog({ attemptId, name, onClose }: OneProps) {
  const [reason, setReason] = useState('');
  const { act } = useAct();
  return (
    <Form
      title={`Pause ${name}`}
      submit="Pause"
      onClose={onClose}
      onSubmit={() => {
        act({
          run: () => pause(attemptId, reason.trim()),
          done: `${name} is paused, the clock stands still.`,
        });
      }}
    >
      <p>The exam’s content is hidden and the clock stands still. All of the time is given back.</p>
      <TextField
        label="Reason (the candidate reads it)"
        maxLength={500}
        autoFocus
        value={reason}
        onChange={setReason}
      />
    </Form>
  );
}

function EndDialog({ attemptId, name, onClose }: OneProps) {
  const [reason, setReason] = useState('');
  const { act } = useAct();
  return (
    <Form
      title={`End the exam of ${name}?`}
      role="alertdialog"
      submit={`End the exam of ${name}`}
      danger
      ready={reason.trim() !== ''}
      onClose={onClose}
      onSubmit={() => {
        act({ run: () => end(attemptId, reason.trim()), done: `The exam of ${name} was ended.` });
      }}
    >
      <p>
        The exam ends now for {name}: the page closes the content, the camera is no longer looked at, and the
        link no longer works. This cannot be taken back. Incidents and pictures stay for the review.
      </p>
      <TextField
        label="Reason (kept in the record, the candidate reads it)"
        isRequired
        maxLength={500}
        autoFocus
        value={reason}
        onChange={setReason}
      />
    </Form>
  );
}

function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" isOpen onClose={onClose}>
      <dl className={styles.keys}>
        {KEY_HELP.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <DialogActions>
        <Button variant="primary" autoFocus onPress={onClose}>
          Close
        </Button>
      </DialogActions>
    </Dialog>
  );
}

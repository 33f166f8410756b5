import { Send } from 'lucide-react';
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { chatOf } from '@/api/monitor-state';
import type { AttemptCard } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/TextField';
import { clockTime } from '@/format/time';
import { say, useAct } from './actions';
import { useLive, useWall } from './wall-context';
import styles from './Chat.module.css';

export function Chat({ card }: { card: AttemptCard }) {
  const { mayAct } = useWall();
  const messages = useLive((state) => chatOf(state.monitor, card.attempt_id));
  const [text, setText] = useState('');
  const { act } = useAct();
  const log = useRef<HTMLOListElement>(null);
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [messages.length]);
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    const words = text.trim();
    if (words === '') return;
    act({ run: () => say(card.attempt_id, words) });
    setText('');
  };
  return (
    <section className={styles.chat} aria-label="Chat">
      <h3>Chat</h3>
      {messages.length === 0 && <p className={styles.none}>No messages yet.</p>}
      {/* It scrolls, so the keyboard has to reach it. */}
      <ol
        ref={log}
        className={styles.log}
        tabIndex={messages.length > 0 ? 0 : undefined}
        aria-label="Messages"
      >
        {messages.map((one) => (
          <li key={one.id} data-sender={one.sender}>
            <span className={styles.from}>
              {one.sender === 'staff' ? (one.sender_name ?? 'Staff') : card.candidate_name},{' '}
              {clockTime(one.at)}
            </span>
            {one.text}
          </li>
        ))}
      </ol>
      {mayAct && (
        <form className={styles.form} onSubmit={send}>
          <TextField
            label={`Message to ${card.candidate_name}`}
            hideLabel
            placeholder={`Message to ${card.candidate_name}`}
            maxLength={2000}
            value={text}
            onChange={setText}
          />
          <Button type="submit" iconOnly aria-label="Send" isDisabled={text.trim() === ''}>
            <Send size={14} aria-hidden />
          </Button>
        </form>
      )}
    </section>
  );
}

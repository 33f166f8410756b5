import { useEffect, useRef, useState } from 'react';
import { useAttempt, useAttemptSession } from '@/attempt/AttemptContext';
import styles from '@/attempt/Chat.module.css';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/TextField';
import { clockTime } from '@/format/time';

/** The candidate's chat with the proctor; new messages are read out politely. */
export function Chat() {
  const messages = useAttempt((view) => view.chat);
  const unsent = useAttempt((view) => view.unsentChat);
  const end = useRef<HTMLDivElement>(null);
  const count = messages.length + unsent.length;
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [count]);
  return (
    <div className={styles.chat}>
      {count === 0 && <p className={styles.empty}>Your proctor reads what you write here.</p>}
      {/* A scrolling list has to be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.scroll} role="log" aria-label="Messages" tabIndex={0} hidden={count === 0}>
        <ul className={styles.list}>
          {messages.map((message) => (
            <li
              key={message.id}
              className={styles.message}
              data-mine={message.sender === 'candidate' || undefined}
            >
              <span className={styles.who}>
                {message.sender === 'candidate' ? 'You' : 'Proctor'}, {clockTime(message.at)}
              </span>
              {message.text}
            </li>
          ))}
          {unsent.map((message) => (
            <li key={message.clientId} className={styles.message} data-mine>
              <span className={styles.who}>You, not sent yet</span>
              {message.text}
            </li>
          ))}
        </ul>
        <div ref={end} />
      </div>
      <ChatForm />
    </div>
  );
}

function ChatForm() {
  const session = useAttemptSession();
  const [text, setText] = useState('');
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') {
          session.say(text.trim());
          setText('');
        }
      }}
    >
      <TextField label="Message to your proctor" value={text} onChange={setText} maxLength={2000} />
      <Button type="submit">Send</Button>
    </form>
  );
}

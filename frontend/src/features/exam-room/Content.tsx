import { ExternalLink } from 'lucide-react';
import { useAttempt } from '@/attempt/AttemptContext';
import type { Room } from '@/attempt/attempt-api';
import { Button } from '@/components/ui/Button';
import { Markdown } from '@/components/ui/Markdown';
import styles from './ExamRoom.module.css';

/** The exam itself: text, a page in a frame, or a page opened beside. */
export function Content() {
  const room = useAttempt((view) => view.room);
  return (
    <>
      {room.instructions !== '' && (
        <details className={styles.instructions}>
          <summary>Instructions</summary>
          <Markdown text={room.instructions} />
        </details>
      )}
      <Body room={room} />
    </>
  );
}

function Body({ room }: { room: Room }) {
  const url = safeUrl(room.content_url);
  switch (room.content_mode) {
    case 'text':
      return (
        <article className={styles.sheet}>
          {room.content_text === null ? (
            <p role="status">Loading the exam.</p>
          ) : (
            <Markdown text={room.content_text} />
          )}
        </article>
      );
    case 'frame':
      return url === null ? (
        <NotYet />
      ) : (
        <iframe
          className={styles.frame}
          src={url.href}
          title={room.exam_title}
          sandbox={sandbox(url)}
          referrerPolicy="no-referrer"
        />
      );
    case 'beside':
      return url === null ? <NotYet /> : <Beside url={url} />;
  }
}

function Beside({ url }: { url: URL }) {
  return (
    <div className={`${styles.sheet ?? ''} ${styles.beside ?? ''}`}>
      <p>
        The exam opens in a window of its own. Keep this page open beside it: it is your line to your proctor.
      </p>
      <Button
        variant="primary"
        size="large"
        onPress={() => {
          window.open(url, '_blank', 'noopener,noreferrer');
        }}
      >
        <ExternalLink size={18} aria-hidden /> Open the exam
      </Button>
    </div>
  );
}

function NotYet() {
  return (
    <div className={styles.sheet}>
      <p role="status">The exam has no page to show. Write to your proctor.</p>
    </div>
  );
}

const THIS_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

/** As the server takes them: https, or http on this very machine, for trying things out. */
export function safeUrl(text: string | null): URL | null {
  const url = text === null ? null : URL.parse(text);
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && THIS_MACHINE.has(url.hostname));
  return safe ? url : null;
}

/** A page of our own origin would reach this one if it kept that origin. */
function sandbox(url: URL): string {
  const base = 'allow-scripts allow-forms allow-popups allow-downloads';
  return url.origin === window.location.origin ? base : `${base} allow-same-origin`;
}

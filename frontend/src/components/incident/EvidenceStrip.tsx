import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { Evidence } from '@/api/types';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { clockTime } from '@/format/time';
import styles from './EvidenceStrip.module.css';

const WHAT = { camera: 'Camera', screen: 'Screen', audio: 'Sound', gap: 'Missing' } as const;

const isThere = (one: Evidence): one is Evidence & { url: string } => one.url !== null;
const isPicture = (one: Evidence): one is Evidence & { url: string } => isThere(one) && one.kind !== 'audio';
const isSound = (one: Evidence): one is Evidence & { url: string } => isThere(one) && one.kind === 'audio';

/** The pictures around an incident, from before to after; a press enlarges, arrows walk. Sound can be played. */
export function EvidenceStrip({ evidence, what }: { evidence: readonly Evidence[]; what: string }) {
  const pictures = evidence.filter(isPicture);
  const [shown, setShown] = useState<number | null>(null);
  const current = shown === null ? undefined : pictures[shown];
  const step = (by: number) => {
    setShown((index) => (index === null ? null : (index + by + pictures.length) % pictures.length));
  };
  if (evidence.length === 0) return <p className={styles.none}>No pictures belong to this incident.</p>;
  return (
    <>
      {/* The strip scrolls, so the keyboard must reach it: a sound's own buttons do not count as its content. */}
      <ul
        className={styles.strip}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={`${evidence.some(isSound) ? 'Pictures and sound' : 'Pictures'}: ${what}`}
      >
        {evidence.map((one) => (
          <li key={one.id}>
            {isPicture(one) ? (
              <button
                type="button"
                onClick={() => {
                  setShown(pictures.indexOf(one));
                }}
              >
                <img
                  src={one.url}
                  alt={`${WHAT[one.kind]}, ${clockTime(one.captured_at, true)}`}
                  width={96}
                  height={72}
                  loading="lazy"
                  decoding="async"
                />
                <span aria-hidden>{clockTime(one.captured_at, true)}</span>
              </button>
            ) : isSound(one) ? (
              <figure className={styles.sound}>
                {/* Nothing is fetched before somebody wants to hear it. What was said has no subtitles. */}
                {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
                <audio
                  controls
                  preload="none"
                  src={one.url}
                  aria-label={`Sound from ${clockTime(one.captured_at, true)}: ${what}`}
                />
                <figcaption aria-hidden>Sound from {clockTime(one.captured_at, true)}</figcaption>
              </figure>
            ) : (
              <span className={styles.gap}>{one.note === '' ? 'A picture is missing here' : one.note}</span>
            )}
          </li>
        ))}
      </ul>
      <Dialog
        title={current === undefined ? what : `${what}, ${clockTime(current.captured_at, true)}`}
        width="wide"
        isOpen={current !== undefined}
        onClose={() => {
          setShown(null);
        }}
      >
        {current !== undefined && (
          // The arrows belong to the whole dialog; its buttons do the same for the pointer.
          // eslint-disable-next-line jsx-a11y/no-static-element-interactions
          <div
            className={styles.large}
            onKeyDown={(event) => {
              if (event.key === 'ArrowLeft') step(-1);
              if (event.key === 'ArrowRight') step(1);
            }}
          >
            <img
              src={current.url}
              alt={`${what}, ${WHAT[current.kind].toLowerCase()}, ${clockTime(current.captured_at, true)}`}
            />
            <div className={styles.walk}>
              <Button
                autoFocus
                onPress={() => {
                  step(-1);
                }}
              >
                <ChevronLeft size={16} aria-hidden /> Before
              </Button>
              <span role="status">
                {WHAT[current.kind]}, {(shown ?? 0) + 1} of {pictures.length}
              </span>
              <Button
                onPress={() => {
                  step(1);
                }}
              >
                After <ChevronRight size={16} aria-hidden />
              </Button>
            </div>
          </div>
        )}
      </Dialog>
    </>
  );
}

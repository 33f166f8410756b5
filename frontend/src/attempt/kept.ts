import { openUnsentWords, type UnsentChat, type UnsentWords } from '@/attempt/unsent-words';
import { pageNow } from '@/format/page-time';
import { openEventQueue, type EventQueue } from '@/media/event-queue';
import { SegmentStore } from '@/media/recording/segment-store';

/** What this browser keeps of an attempt until the server has it, over reloads. */
export interface Kept {
  events: EventQueue;
  recorded: SegmentStore;
  words: UnsentWords;
  /** What earlier page loads could not send of the chat. */
  unsentChat: UnsentChat[];
}

export async function openKept(attemptId: string, instanceId: string): Promise<Kept> {
  const [events, recorded, words] = await Promise.all([
    openEventQueue(attemptId, instanceId),
    SegmentStore.open({ attemptId, instanceId }),
    openUnsentWords(attemptId, pageNow()),
  ]);
  return { events, recorded, words, unsentChat: await words.all() };
}

import RealtimeKit from '@cloudflare/realtimekit';
import type { Ticket } from '@/media/meeting-client';

export type Meeting = RealtimeKit;

/** Joins with a ticket's token, with camera and microphone off; null where the ticket opens nothing. */
export async function enter({ token, url }: Ticket): Promise<Meeting | null> {
  if (token === null) return null;
  const meeting = await RealtimeKit.init({
    authToken: token,
    defaults: { audio: false, video: false },
    ...(url === null ? {} : { baseURI: url }),
  });
  await meeting.join();
  return meeting;
}

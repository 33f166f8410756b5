import { api, ask } from '@/api/client';

/** How often the server wants a picture, in ms. */
export async function detectEveryMs(): Promise<number> {
  const page = await ask(api.GET('/api/v1/meeting-page'));
  return page.detect_every_s * 1000;
}

/** Whether more than one face is in the picture (a data URL). */
export async function detectFaces(picture: string, participantId: string): Promise<boolean> {
  const answer = await fetch('/detect_faces/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ base64_img: picture, participant_id: participantId }),
  });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return ((await answer.json()) as { multiple_detected: boolean }).multiple_detected;
}

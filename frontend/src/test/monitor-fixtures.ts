/** Whole messages of the monitor socket, of which a test names only what it is about. */
import type { AttemptCard, ChatMessage, Incident, Snapshot, Update } from '@/api/types';

export const attempt = (given: Partial<AttemptCard> = {}): AttemptCard => ({
  attempt_id: 'a',
  number: 1,
  candidate_name: 'Ada Lovelace',
  candidate_ref: null,
  state: 'live',
  connected: true,
  disconnected_at: null,
  clock: {
    started_at: 0,
    deadline: 3_600_000,
    paused_at: null,
    duration_s: 3600,
    credited_s: 0,
    server_now: 0,
    ledger: [],
  },
  risk: { value: 0, as_of: 0, half_life_s: 600, parts: [] },
  hand_raised_at: null,
  sharing: { camera: true, microphone: true, screen: false },
  paused_by: null,
  note: null,
  detectors_off: [],
  check_in: null,
  bandwidth_rung: 0,
  recording: 'off',
  taken_out_at: null,
  ...given,
});

export const incident = (given: Partial<Incident> = {}): Incident => ({
  id: 'i',
  attempt_id: 'a',
  signal: 'multiple_faces',
  severity: 'high',
  confidence: 0.9,
  words: '2 faces for 4.2 s',
  numbers: { faces: 2 },
  began_at: 0,
  opened_at: 0,
  last_seen_at: 0,
  closed_at: null,
  times: 1,
  alert: true,
  handled: false,
  verdict: 'undecided',
  verdict_by: null,
  verdict_note: '',
  evidence: [],
  ...given,
});

export const chatMessage = (given: Partial<ChatMessage> = {}): ChatMessage => ({
  id: 'c',
  attempt_id: 'a',
  sender: 'candidate',
  sender_name: null,
  text: 'Hello',
  at: 0,
  ...given,
});

export const snapshot = (given: Partial<Snapshot> = {}): Snapshot => ({
  type: 'snapshot',
  update_id: 0,
  exam: { id: 'e', title: 'Statistics', opens_at: 0, closes_at: 1, duration_s: 3600, prepared_warnings: [] },
  attempts: [],
  incidents: [],
  chat: [],
  server_now: 0,
  ...given,
});

export const update = (update_id: number, body: Update['body']): Update => ({
  type: 'update',
  update_id,
  body,
});

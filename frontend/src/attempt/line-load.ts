import type { PageEventKind } from '@/api/generated/socket';
import type { CandidateSocket, Delivery, FrameKind } from '@/api/candidate-socket';
import * as attemptApi from '@/attempt/attempt-api';
import type { AttemptStore } from '@/attempt/attempt-store';
import type { CandidateWords } from '@/attempt/candidate-words';
import type { CaptureLine } from '@/attempt/capture-line';
import type { EventSender } from '@/attempt/event-sender';
import { LineWatch } from '@/attempt/line-watch';
import { RecordingLine } from '@/attempt/recording-line';
import { isOver } from '@/attempt/states';
import type { Rung } from '@/media/bandwidth-ladder';
import type { CandidateLive } from '@/media/candidate-live';
import type { Published } from '@/media/meeting-client';
import type { SegmentStore } from '@/media/recording/segment-store';

/** Everything of an attempt that can be more or less. Events are not among it: they always go. */
export interface Loads {
  store: AttemptStore;
  live: CandidateLive;
  capture: CaptureLine;
  words: CandidateWords;
  events: EventSender;
}

/** Puts no more on the candidate's line than it carries: recording first, then live view, then pictures. */
export class LineLoad {
  readonly watch: LineWatch;
  readonly recording: RecordingLine;
  readonly #loads: Loads;
  readonly #socket: CandidateSocket;

  constructor(
    loads: Loads,
    socket: CandidateSocket,
    recorded: SegmentStore,
    report: (kind: PageEventKind) => void,
  ) {
    this.#loads = loads;
    this.#socket = socket;
    this.watch = new LineWatch({
      buffered: () => socket.buffered,
      ask: (nonce) => socket.send({ type: 'ping', nonce }),
      useful: () => this.#usefulRungs(),
      changed: (rung) => {
        this.#step(rung);
      },
    });
    this.recording = this.#recordingLine(recorded, report);
  }

  /** Sends a picture or sound, unless events would have to wait for it. */
  sendFrame(kind: FrameKind, frame: Uint8Array<ArrayBuffer>): Delivery {
    if (this.watch.isFull(kind)) return 'held';
    const delivery = this.#socket.sendFrame(kind, frame);
    if (delivery === 'sent') this.watch.sent();
    return delivery;
  }

  /** Records the exam alone: not the time before, pauses or what comes after. */
  record({ camera, screen }: Published): void {
    const { room, state, devicesReady } = this.#loads.store.getState();
    const on = room.consented && devicesReady && state === 'live' && room.recording !== 'off';
    this.recording.record({
      camera: on ? camera : null,
      screen: on && room.recording === 'camera_and_screen' ? screen : null,
    });
  }

  /** The exam is over: what waits is sent as fast as it goes. */
  over(): void {
    this.watch.stop();
    this.#step(0);
  }

  /** Tells the server, and so the proctor, what is left out. */
  tell(): void {
    void this.#tell();
  }

  async #tell(): Promise<void> {
    const { store, events, words } = this.#loads;
    const waitingEvents = await events.waiting();
    const { rung, recording, room, state } = store.getState();
    if (isOver(state)) return;
    words.bandwidth({
      type: 'bandwidth',
      rung,
      waiting: { recordings: recording.waiting, events: waitingEvents },
      // During a pause nothing is recorded, and that is nobody's trouble.
      recording: room.recording === 'off' || recording.state === 'off' ? null : recording.state,
    });
  }

  /** Where nothing is recorded or nobody looks, leaving it out would change nothing. */
  #usefulRungs(): Rung[] {
    const { room, devices } = this.#loads.store.getState();
    return [
      0,
      ...(room.recording === 'off' ? [] : ([1, 2] as const)),
      ...(this.#loads.live.watched ? ([3] as const) : []),
      ...(devices.camera.status === 'on' ? ([4] as const) : []),
      5,
    ];
  }

  #step(rung: Rung): void {
    const { store, live, capture } = this.#loads;
    store.setState({ rung });
    this.recording.setRung(rung);
    live.limit(rung >= 4 ? 'none' : rung >= 3 ? 'small' : 'full');
    capture.setRung(rung);
    this.tell();
  }

  #recordingLine(recorded: SegmentStore, report: (kind: PageEventKind) => void): RecordingLine {
    const { store, events } = this.#loads;
    const over = () => isOver(store.getState().state);
    return new RecordingLine(recorded, {
      put: attemptApi.putSegment,
      reachable: () => over() || ['open', 'limited'].includes(store.getState().connection),
      eventsWait: async () => !over() && (await events.waiting()) > 0,
      report,
      serverAheadMs: () => store.getState().clock.aheadMs,
      changed: (recording) => {
        const before = store.getState().recording.state;
        store.setState({ recording });
        if (recording.state !== before) this.tell();
      },
      measured: (upload) => {
        this.watch.uploaded(upload);
      },
    });
  }
}

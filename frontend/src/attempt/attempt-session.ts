import type {
  Device as CameraDevice,
  PageEventKind,
  ServerToCandidate,
  Welcome,
} from '@/api/generated/socket';
import { BLOCKED_AFTER_FAILURES, CandidateSocket } from '@/api/candidate-socket';
import * as attemptApi from '@/attempt/attempt-api';
import { CaptureLine } from '@/attempt/capture-line';
import { CandidateWords } from '@/attempt/candidate-words';
import { createAttemptStore, viewAfter, viewAfterUpdates, type AttemptStore } from '@/attempt/attempt-store';
import { DeviceKeeper, STOPPED } from '@/attempt/device-keeper';
import { EventSender } from '@/attempt/event-sender';
import { heardNow } from '@/attempt/exam-clock';
import { HttpLine } from '@/attempt/http-line';
import { openKept, type Kept } from '@/attempt/kept';
import { LineLoad } from '@/attempt/line-load';
import { neededDevices } from '@/attempt/needed-devices';
import { PageWatching } from '@/attempt/page-watching';
import { SayAgain } from '@/attempt/say-again';
import { isOver } from '@/attempt/states';
import { CandidateLive } from '@/media/candidate-live';
import type { DeviceKind } from '@/media/devices';
import { newId } from '@/media/new-id';
import type { Published } from '@/media/meeting-client';

/**
 * One page load's part in an attempt: the socket, the pictures, the events and the live view. The server
 * is the truth; what it says goes into the store, which the pages show.
 */
export class AttemptSession {
  readonly store: AttemptStore;
  readonly devices: DeviceKeeper;
  readonly #attemptId: string;
  readonly #instanceId: string;
  readonly #socket: CandidateSocket;
  readonly #events: EventSender;
  readonly #live: CandidateLive;
  readonly #capture: CaptureLine;
  readonly #page: PageWatching;
  readonly #words: CandidateWords;
  readonly #again: SayAgain;
  readonly #http: HttpLine;
  readonly #load: LineLoad;
  #tracks: Published = { camera: null, microphone: null, screen: null };
  readonly #stopped = new AbortController();

  static async create(room: attemptApi.Room): Promise<AttemptSession> {
    const instanceId = newId();
    return new AttemptSession(room, instanceId, await openKept(room.attempt_id, instanceId));
  }

  private constructor(room: attemptApi.Room, instanceId: string, kept: Kept) {
    this.#attemptId = room.attempt_id;
    this.#instanceId = instanceId;
    this.store = createAttemptStore(room, kept.unsentChat);
    this.#socket = new CandidateSocket({
      url: `${window.location.origin.replace(/^http/, 'ws')}/ws/attempts/${encodeURIComponent(room.attempt_id)}`,
      instanceId,
      lastEventSeq: () => kept.events.lastSeq,
      events: {
        message: (message) => {
          this.#receive(message);
        },
        open: () => {
          this.#opened();
        },
        lost: (failures) => {
          this.#lost(failures);
        },
        refused: (why) => {
          this.#http.leave();
          this.store.setState({ refused: why });
          if (why === 'over') {
            void this.refreshRoom();
          }
        },
      },
    });
    const socket = this.#socket;
    this.#events = new EventSender(kept.events, {
      get isOpen() {
        return socket.isOpen;
      },
      send: (event) => socket.send(event),
    });
    this.#live = new CandidateLive({
      send: (signal) => {
        socket.send({ type: 'watch_signal', ...signal });
      },
      join: () => attemptApi.joinMeeting(room.attempt_id),
      heard: (proctorVoice) => {
        this.store.setState({ proctorVoice });
      },
    });
    const report = (kind: PageEventKind, device?: CameraDevice) => {
      void this.#events.report(kind, device);
    };
    this.#capture = new CaptureLine(
      {
        send: (kind, frame) => this.#load.sendFrame(kind, frame),
        post: (frame) => (this.store.getState().connection === 'limited' ? this.#post(frame) : null),
        report,
        soundLeft: (piece) => {
          if (this.store.getState().state === 'live') this.#load.recording.keepSound(piece);
        },
        held: () => {
          this.#load.watch.held();
        },
      },
      room.sampling_interval_s,
    );
    this.#page = new PageWatching(report);
    this.#words = new CandidateWords(this.store, (message) => socket.send(message), kept.words);
    this.#again = new SayAgain(this.#events, this.#words);
    this.#http = this.#slowWay();
    this.#load = new LineLoad(
      {
        store: this.store,
        live: this.#live,
        capture: this.#capture,
        words: this.#words,
        events: this.#events,
      },
      socket,
      kept.recorded,
      report,
    );
    this.devices = new DeviceKeeper(this.store, {
      event: report,
      changed: (tracks) => {
        this.#tracks = tracks;
        this.#live.publish(tracks);
        this.#capture.use(tracks);
        this.#load.record(this.#tracks);
      },
    });
  }

  /** Joins the attempt where it stands: nothing is opened before the candidate has agreed. */
  start(): void {
    window.addEventListener(
      'online',
      () => {
        this.#socket.retryNow();
      },
      { signal: this.#stopped.signal },
    );
    window.addEventListener(
      'offline',
      () => {
        this.#socket.networkLost();
      },
      { signal: this.#stopped.signal },
    );
    this.#load.recording.start();
    const { state } = this.store.getState();
    // Also after a withdrawal: the proctor is there to talk.
    if (state !== 'invited' && !isOver(state)) {
      this.#socket.start();
      this.#load.watch.start();
    }
    if (isOver(state)) this.#words.over();
  }

  stop(): void {
    this.#stopped.abort();
    this.#again.stop();
    this.#http.leave();
    this.#load.watch.stop();
    this.#stopCapture();
    this.#load.recording.stop();
    this.#socket.stop();
  }

  // ---- what the candidate does --------------------------------------------------------------------

  async agree(): Promise<void> {
    const { notice } = this.store.getState().room;
    const answer = await attemptApi.answerNotice(this.#attemptId, notice, true);
    this.store.setState(({ room }) => ({ room: { ...room, consented: true } }));
    this.#settle(answer);
    this.#socket.start();
    this.#load.watch.start();
  }

  async refuse(): Promise<void> {
    await attemptApi.answerNotice(this.#attemptId, this.store.getState().room.notice, false);
  }

  async checkInDone(): Promise<void> {
    this.#settle(await attemptApi.ready(this.#attemptId));
    await this.refreshRoom();
  }

  async submit(): Promise<void> {
    this.#settle(await attemptApi.submit(this.#attemptId));
  }

  async withdraw(): Promise<void> {
    const answer = await attemptApi.withdraw(this.#attemptId);
    this.#stopCapture();
    this.store.setState(({ room }) => ({ room: { ...room, consented: false }, devicesReady: false }));
    this.#settle(answer);
  }

  /** After "already open elsewhere": the other page may be closed by now. */
  tryAgain(): void {
    this.store.setState({ refused: null, connection: 'connecting' });
    this.#socket.start();
  }

  openDevice(kind: DeviceKind, deviceId?: string): Promise<boolean> {
    return this.devices.open(kind, deviceId);
  }

  /** The candidate has read what a proctor did in the live view, or has put it right. */
  liveNoteRead(): void {
    this.store.setState({ liveNote: null });
  }

  /** Goes on from the device check, on first arrival or after a reload. */
  devicesDone(): void {
    const { room, devices } = this.store.getState();
    for (const kind of neededDevices(room)) {
      // An earlier page load had it on; that this one goes on without it is worth the same word.
      if (devices[kind].status !== 'on') void this.#events.report(STOPPED[kind]);
    }
    this.store.setState({ devicesReady: true });
    this.#watchWhileLive();
  }

  /** Begins the camera check or asks where it stands; with a step, begins that one again or skips it. */
  checkCamera(step: attemptApi.CheckInStep | null, skip = false): void {
    if (this.store.getState().connection === 'limited') {
      attemptApi.checkCamera(this.#attemptId, step, skip).then(
        (checkIn) => {
          this.#checkStands(checkIn);
        },
        () => undefined, // the next picture's answer says where it stands
      );
    } else {
      this.#socket.send({ type: 'check_in', step, skip });
    }
  }

  say(text: string): void {
    this.#words.say(text);
    this.#http.soon();
  }

  raiseHand(raised: boolean): void {
    this.#words.raiseHand(raised);
    this.#http.soon();
  }

  acknowledgeWarning(warningId: string): void {
    this.#words.acknowledgeWarning(warningId);
    this.#http.soon();
  }

  forgetGivenBack(): void {
    this.store.setState({ givenBack: null });
  }

  async refreshRoom(): Promise<void> {
    try {
      const room = await attemptApi.getRoom(this.#attemptId);
      this.store.setState({ room, state: room.state, clock: heardNow(room.clock) });
      this.#afterState();
    } catch {
      // The line tells when it is back; what is shown stays true until then.
    }
  }

  // ---- what the server says -----------------------------------------------------------------------

  #receive(message: ServerToCandidate): void {
    this.store.setState((view) => viewAfter(view, message));
    switch (message.type) {
      case 'welcome':
        // Before anything new is reported, so that things arrive in the order they happened.
        void this.#events.resend();
        this.#capture.setInterval(message.sampling_interval_s);
        this.#words.opened(message);
        this.#load.tell();
        this.#capture.resumed();
        this.#afterState();
        break;
      case 'state':
        this.#afterState();
        break;
      case 'ack':
        void this.#events.acknowledge(message.instance_id, message.seq);
        break;
      case 'sampling':
        this.#capture.setInterval(message.interval_s);
        break;
      case 'burst':
        this.#capture.burst(message.interval_s, message.for_s);
        break;
      case 'hand':
        this.#words.handHeard(message.raised);
        break;
      case 'check_in':
        this.#listenWhileWanted();
        break;
      case 'pong': {
        const asked = this.#load.watch.answered(message.nonce);
        if (asked !== null) this.#capture.arrived(asked);
        break;
      }
      case 'watch_open': {
        const { watch_id: watchId, provider, ice_servers: iceServers, relay_only: relayOnly } = message;
        this.#live.openWatch({ watchId, provider, iceServers, relayOnly }, message.profile);
        break;
      }
      case 'watch_close':
        this.#live.closeWatch(message.watch_id);
        break;
      case 'error':
        if (message.code === 'attempt_over') void this.refreshRoom();
        else this.#again.refused(message.code);
        break;
      case 'meeting':
        this.#live.command(message);
        break;
      case 'watch_signal':
        this.#live.receive(message);
        break;
      default:
        break;
    }
  }

  #afterState(): void {
    const { room, state } = this.store.getState();
    if (isOver(state)) {
      // The server closes the line when the last events are in.
      this.#stopCapture();
      this.#load.over();
      this.#words.over();
    }
    if (room.state !== state) {
      void this.refreshRoom(); // the content comes with the start and goes with the end
    }
    this.#watchWhileLive();
  }

  #settle({ state, clock }: attemptApi.RoomState): void {
    this.store.setState({ state, clock: heardNow(clock) });
    this.#afterState();
  }

  #opened(): void {
    this.#http.leave();
    this.#load.watch.renewed();
    this.store.setState({ connection: 'open' });
    this.#load.recording.wake();
  }

  #lost(failures: number): void {
    this.#live.close();
    this.#load.watch.renewed();
    this.#capture.lost();
    if (isOver(this.store.getState().state)) {
      this.#socket.stop();
      return;
    }
    this.store.setState(({ connection }) => ({
      watchedBy: [],
      connection: connection === 'limited' ? 'limited' : 'offline',
    }));
    if (failures >= BLOCKED_AFTER_FAILURES) this.#http.enter();
  }

  #slowWay(): HttpLine {
    const words = attemptApi.wordsOverHttp(this.#attemptId);
    return new HttpLine({
      turn: async () => {
        await this.#events.post((...batch) => attemptApi.sendEvents(this.#attemptId, ...batch));
        await this.#words.post(words);
        const updates = await attemptApi.getUpdates(this.#attemptId, this.#instanceId);
        if (this.#http.on) this.#heardOverHttp(updates);
      },
      answered: (tookMs) => {
        this.#load.watch.took(tookMs);
      },
      silent: () => {
        this.#load.watch.renewed();
        this.store.setState({ connection: 'offline' });
      },
      secondDevice: () => {
        this.#socket.stop();
        this.store.setState({ refused: 'second_device' });
      },
    });
  }

  #heardOverHttp(updates: Welcome): void {
    const before = this.store.getState().connection;
    this.store.setState((view) => viewAfterUpdates(view, this.#words.unlessSaid(updates)));
    this.#capture.setInterval(updates.sampling_interval_s);
    if (before !== 'limited') {
      this.#load.tell();
      this.#load.recording.wake();
    }
    this.#afterState();
  }

  // ---- what the page sees -------------------------------------------------------------------------

  #watchWhileLive(): void {
    this.#page.follow(this.store.getState());
    this.#listenWhileWanted();
    this.#load.record(this.#tracks);
  }

  /** Sound leaves the page only where the exam asks for it: while it runs, and to try the voice before. */
  #listenWhileWanted(): void {
    const { room, state, checkIn } = this.store.getState();
    const live = room.consented && state === 'live';
    const trying =
      room.consented && checkIn?.step === 'voice' && (state === 'checking_in' || state === 'waiting');
    this.#capture.listen({
      sound: room.listen && (live || trying),
      silence: live && room.watch_microphone,
    });
  }

  /** Sockets are blocked: the answer carries what the socket would say of the sampling. */
  async #post(frame: Uint8Array<ArrayBuffer>): Promise<attemptApi.FrameTaken | null> {
    const taken = await attemptApi.sendFrame(this.#attemptId, this.#instanceId, frame);
    if (taken !== null) {
      this.#capture.setInterval(taken.sampling_interval_s);
      if (taken.check_in !== null) this.#checkStands(taken.check_in);
    }
    return taken;
  }

  #checkStands(checkIn: attemptApi.CheckInView | null): void {
    this.store.setState({ checkIn });
    this.#listenWhileWanted();
  }

  #stopCapture(): void {
    this.#capture.listen({ sound: false, silence: false });
    this.#page.stop();
    this.#load.recording.record({ camera: null, screen: null });
    this.#live.close();
    this.devices.closeAll();
  }
}

import { ApiProblem } from '@/api/client';
import { Again } from '@/media/again';
import {
  NO_STATS,
  type LiveStats,
  type LiveView,
  type ProctorLine,
  type WatchTerms,
} from '@/media/meeting-client';
import { hold, ObservedView } from '@/media/observed-view';
import { enter, type Meeting } from '@/media/realtimekit/enter';

/** The proctor's side at RealtimeKit. The kit chooses the quality by itself and tells no figures. */
export class RealtimeKitView extends ObservedView implements LiveView {
  readonly sound = new MediaStream();
  readonly #line: ProctorLine;
  readonly #watchId: string;
  readonly #attemptId: string;
  readonly #pictures = { camera: new MediaStream(), screen: new MediaStream() };
  readonly #joining = new Again(() => this.#join());
  readonly #stopListening: () => void;
  #meeting: Meeting | null = null;

  constructor(line: ProctorLine, terms: WatchTerms, attemptId: string) {
    super();
    this.#line = line;
    this.#watchId = terms.watchId;
    this.#attemptId = attemptId;
    this.#stopListening = line.listen(terms.watchId, {
      signal: () => undefined,
      closed: (reason) => {
        this.#end(reason);
      },
    });
    this.#joining.now();
  }

  show(what: 'camera' | 'screen', element: HTMLVideoElement): () => void {
    element.srcObject = this.#pictures[what];
    return () => {
      element.srcObject = null;
    };
  }

  setProfile(): void {
    // The kit follows the size at which a picture is shown.
  }

  async talk(microphone: MediaStreamTrack | null): Promise<void> {
    const meeting = this.#meeting;
    if (meeting === null) return;
    if (microphone === null) await meeting.self.disableAudio();
    await this.#line.talk(this.#watchId, microphone !== null);
    if (microphone !== null) await meeting.self.enableAudio(microphone);
  }

  stats(): Promise<LiveStats> {
    return Promise.resolve(NO_STATS);
  }

  close(): void {
    if (this.state !== 'closed') {
      this.#line.closeWatch(this.#watchId);
      this.#end(null);
    }
  }

  async #join(): Promise<void> {
    if (this.state === 'closed') return;
    let meeting: Meeting | null;
    try {
      meeting = await enter(await this.#line.join(this.#watchId));
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'watch_not_found') {
        this.#end('it is not open any more');
        return;
      }
      this.become(
        'interrupted',
        error instanceof ApiProblem ? error.message : 'the meeting provider cannot be reached',
      );
      throw error;
    }
    if (meeting === null) return;
    if (isClosed(this)) {
      await meeting.leave();
      return;
    }
    this.#meeting = meeting;
    const look = () => {
      if (this.#meeting === meeting) this.#look(meeting);
    };
    const { joined } = meeting.participants;
    joined.on('participantJoined', look);
    joined.on('participantLeft', look);
    joined.on('videoUpdate', look);
    joined.on('audioUpdate', look);
    joined.on('screenShareUpdate', look);
    meeting.self.on('roomLeft', () => {
      if (this.#meeting !== meeting) return;
      this.#meeting = null;
      this.become('interrupted');
      this.#joining.later();
    });
    look();
  }

  #look(meeting: Meeting): void {
    const candidate = [...meeting.participants.joined.values()].find(
      (one) => one.customParticipantId === this.#attemptId,
    );
    const camera = candidate?.videoEnabled === true ? candidate.videoTrack : null;
    const screen = candidate?.screenShareEnabled === true ? candidate.screenShareTracks.video : null;
    const voice = candidate?.audioEnabled === true ? candidate.audioTrack : null;
    hold(this.#pictures.camera, camera);
    hold(this.#pictures.screen, screen);
    hold(this.sound, voice);
    this.shown.camera = camera !== null;
    this.shown.screen = screen !== null;
    this.shown.microphone = voice !== null;
    if (candidate !== undefined) this.become('live');
    else if (this.state !== 'connecting')
      this.become('interrupted', 'the candidate is not in the live meeting now');
    this.changed();
  }

  #end(reason: string | null): void {
    if (!this.become('closed', reason)) return;
    this.#joining.stop();
    this.#stopListening();
    const meeting = this.#meeting;
    this.#meeting = null;
    void meeting?.leave();
  }
}

function isClosed(view: { readonly state: string }): boolean {
  return view.state === 'closed';
}

import {
  DisconnectReason,
  Room,
  RoomEvent,
  Track,
  VideoQuality,
  type RemoteParticipant,
  type RemoteTrack,
  type RemoteTrackPublication,
} from 'livekit-client';
import { ApiProblem } from '@/api/client';
import { Again } from '@/media/again';
import {
  NO_STATS,
  type LiveStats,
  type LiveView,
  type Profile,
  type ProctorLine,
  type WatchTerms,
  type What,
} from '@/media/meeting-client';
import { ObservedView } from '@/media/observed-view';
import { StatsReader } from '@/media/stats-reader';

const PERMISSION_WITHIN_MS = 5_000;
const KINDS: Partial<Record<Track.Source, What>> = {
  [Track.Source.Camera]: 'camera',
  [Track.Source.Microphone]: 'microphone',
  [Track.Source.ScreenShare]: 'screen',
};
const QUALITY: Record<Profile, VideoQuality> = { grid: VideoQuality.LOW, focus: VideoQuality.HIGH };
const NOT_THERE = 'the candidate is not in the live meeting now';

/** The proctor's side of one live view: enters the candidate's room unseen and takes only what it shows. */
export class LiveKitView extends ObservedView implements LiveView {
  readonly sound = new MediaStream();
  readonly #line: ProctorLine;
  readonly #watchId: string;
  readonly #attemptId: string;
  readonly #joining = new Again(() => this.#join());
  readonly #reader = new StatsReader();
  #received: Partial<Record<What, RemoteTrack | undefined>> = {};
  readonly #elements = { camera: new Set<HTMLVideoElement>(), screen: new Set<HTMLVideoElement>() };
  readonly #stopListening: () => void;
  #profile: Profile;
  #room: Room | null = null;
  #voice: MediaStreamTrack | null = null;

  constructor(line: ProctorLine, terms: WatchTerms, attemptId: string, profile: Profile) {
    super();
    this.#line = line;
    this.#watchId = terms.watchId;
    this.#attemptId = attemptId;
    this.#profile = profile;
    this.#stopListening = line.listen(terms.watchId, {
      signal: () => undefined,
      closed: (reason) => {
        this.#end(reason);
      },
    });
    this.#joining.now();
  }

  show(what: 'camera' | 'screen', element: HTMLVideoElement): () => void {
    this.#elements[what].add(element);
    this.#received[what]?.attach(element);
    return () => {
      this.#elements[what].delete(element);
      this.#received[what]?.detach(element);
    };
  }

  setProfile(profile: Profile): void {
    this.#profile = profile;
    this.#candidate?.trackPublications.forEach((publication) => {
      this.#take(publication);
    });
  }

  async talk(microphone: MediaStreamTrack | null): Promise<void> {
    const room = this.#room;
    if (room === null) return;
    const before = this.#voice;
    this.#voice = microphone;
    if (before !== null && before !== microphone) await room.localParticipant.unpublishTrack(before, false);
    await this.#line.talk(this.#watchId, microphone !== null);
    if (microphone === null) return;
    await mayPublish(room);
    if (this.#voice === microphone) {
      await room.localParticipant.publishTrack(microphone, { source: Track.Source.Microphone, red: false });
    }
  }

  async stats(): Promise<LiveStats> {
    const tracks = Object.values(this.#received).filter((track) => track !== undefined);
    if (this.state !== 'live' || tracks.length === 0) {
      return NO_STATS;
    }
    const reports = await Promise.all(tracks.map((track) => track.getRTCStatsReport()));
    return this.#reader.read(
      reports.flatMap((report) => (report === undefined ? [] : [report.values()])),
      this.#received.camera?.mediaStreamTrack.id ?? null,
      performance.now(),
    );
  }

  close(): void {
    if (this.state !== 'closed') {
      this.#line.closeWatch(this.#watchId);
      this.#end(null);
    }
  }

  async #join(): Promise<void> {
    if (this.state === 'closed') return;
    try {
      await this.#enter();
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'watch_not_found') {
        this.#end('it is not open any more');
        return;
      }
      this.become('interrupted', error instanceof ApiProblem ? error.message : 'LiveKit cannot be reached');
      throw error;
    }
  }

  async #enter(): Promise<void> {
    const { url, token } = await this.#line.join(this.#watchId);
    if (url === null || token === null || this.state === 'closed') return;
    const room = this.#watched(new Room({ adaptiveStream: true, dynacast: true }));
    this.#room = room;
    try {
      await room.connect(url, token, { autoSubscribe: false });
    } catch (error) {
      this.#room = null;
      throw error;
    }
    // It was closed meanwhile; the field is read anew on purpose.
    if (this.#room !== room) {
      void room.disconnect();
      return;
    }
    this.#candidate?.trackPublications.forEach((publication) => {
      this.#take(publication);
    });
    this.#look();
  }

  get #candidate(): RemoteParticipant | undefined {
    return this.#room?.remoteParticipants.get(this.#attemptId);
  }

  #watched(room: Room): Room {
    const here = () => {
      if (this.#room === room) this.#look();
    };
    return room
      .on(RoomEvent.TrackPublished, (publication, participant) => {
        if (participant.identity === this.#attemptId) this.#take(publication);
      })
      .on(RoomEvent.TrackSubscribed, (track, publication) => {
        this.#arrived(track, publication);
      })
      .on(RoomEvent.TrackUnsubscribed, (track, publication) => {
        this.#gone(track, publication);
      })
      .on(RoomEvent.TrackMuted, here)
      .on(RoomEvent.TrackUnmuted, here)
      .on(RoomEvent.ParticipantConnected, here)
      .on(RoomEvent.ParticipantDisconnected, here)
      .on(RoomEvent.Reconnecting, () => {
        if (this.#room === room) this.become('interrupted');
      })
      .on(RoomEvent.Reconnected, here)
      .on(RoomEvent.Disconnected, (reason) => {
        this.#lost(room, reason);
      });
  }

  /** Only what is shown here is asked for; nothing else is forwarded. */
  #take(publication: RemoteTrackPublication): void {
    if (KINDS[publication.source] === undefined) return;
    publication.setSubscribed(true);
    if (publication.kind === Track.Kind.Video) publication.setVideoQuality(QUALITY[this.#profile]);
  }

  #arrived(track: RemoteTrack, publication: RemoteTrackPublication): void {
    const what = KINDS[publication.source];
    if (what === undefined) return;
    this.#received[what] = track;
    if (what === 'microphone') this.sound.addTrack(track.mediaStreamTrack);
    else for (const element of this.#elements[what]) track.attach(element);
    this.#look();
  }

  #gone(track: RemoteTrack, publication: RemoteTrackPublication): void {
    const what = KINDS[publication.source];
    if (what === undefined || this.#received[what] !== track) return;
    track.detach();
    if (what === 'microphone') this.sound.removeTrack(track.mediaStreamTrack);
    this.#received = { ...this.#received, [what]: undefined };
    this.#look();
  }

  #look(): void {
    const muted = (what: What) => this.#received[what]?.isMuted ?? true;
    this.shown.camera = !muted('camera');
    this.shown.microphone = !muted('microphone');
    this.shown.screen = !muted('screen');
    const there = this.#candidate !== undefined;
    if (there) this.become('live');
    else if (this.state !== 'connecting') this.become('interrupted', NOT_THERE);
    this.changed();
  }

  #lost(room: Room, reason: DisconnectReason | undefined): void {
    if (this.#room !== room) return;
    this.#forget();
    this.become('interrupted', reason === DisconnectReason.PARTICIPANT_REMOVED ? 'it was ended' : null);
    this.#joining.later();
  }

  #forget(): void {
    this.#room = null;
    this.#voice = null;
    for (const track of Object.values(this.#received)) track?.detach();
    this.#received = {};
    for (const track of this.sound.getTracks()) this.sound.removeTrack(track);
    this.shown.camera = this.shown.microphone = this.shown.screen = false;
  }

  #end(reason: string | null): void {
    if (!this.become('closed', reason)) return;
    this.#joining.stop();
    this.#stopListening();
    const room = this.#room;
    this.#forget();
    void room?.disconnect();
  }
}

/** The server gives the right to be heard; the LiveKit server says when it is there. */
function mayPublish(room: Room): Promise<void> {
  const allowed = () => room.localParticipant.permissions?.canPublish === true;
  if (allowed()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const finish = (end: () => void) => {
      clearTimeout(timer);
      room.off(RoomEvent.ParticipantPermissionsChanged, changed);
      end();
    };
    const changed = () => {
      if (allowed()) finish(resolve);
    };
    const timer = setTimeout(() => {
      finish(() => {
        reject(new Error('The live meeting did not let you speak. Try again.'));
      });
    }, PERMISSION_WITHIN_MS);
    room.on(RoomEvent.ParticipantPermissionsChanged, changed);
  });
}

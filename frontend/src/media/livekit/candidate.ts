import {
  DisconnectReason,
  Room,
  RoomEvent,
  LocalVideoTrack,
  Track,
  VideoPreset,
  VideoQuality,
  type LocalTrackPublication,
  type RemoteTrackPublication,
  type TrackPublishOptions,
} from 'livekit-client';
import { ApiProblem } from '@/api/client';
import { Again } from '@/media/again';
import {
  PROFILES,
  WHATS,
  type CandidateLine,
  type CandidateMeeting,
  type Published,
  type WatchTerms,
  type What,
} from '@/media/meeting-client';

const { grid, focus } = PROFILES;

/** Simulcast: the small picture for walls, the large one only while somebody looks closely (dynacast). */
const HOW: Record<What, TrackPublishOptions> = {
  camera: {
    source: Track.Source.Camera,
    videoCodec: 'vp8',
    simulcast: true,
    videoSimulcastLayers: [new VideoPreset(320, 240, grid.camera.maxBitrate, grid.camera.maxFramerate)],
    videoEncoding: { maxBitrate: focus.camera.maxBitrate, maxFramerate: focus.camera.maxFramerate ?? 15 },
  },
  microphone: {
    source: Track.Source.Microphone,
    audioPreset: { maxBitrate: focus.microphone.maxBitrate },
    dtx: true,
    red: false,
  },
  screen: {
    source: Track.Source.ScreenShare,
    videoCodec: 'vp8',
    simulcast: false,
    screenShareEncoding: {
      maxBitrate: focus.screen.maxBitrate,
      maxFramerate: focus.screen.maxFramerate ?? 5,
    },
  },
};

interface Sent {
  raw: MediaStreamTrack;
  copy: MediaStreamTrack;
  publication: LocalTrackPublication;
}

/** The candidate's side: enters its room when somebody first looks, and then stays there, sending only what is watched. */
export class LiveKitCandidate implements CandidateMeeting {
  readonly #line: CandidateLine;
  readonly #watches = new Set<string>();
  readonly #joining = new Again(() => this.#join());
  readonly #sent = new Map<What, Sent>();
  readonly #voices = new Map<string, MediaStreamTrack>();
  #published: Published = { camera: null, microphone: null, screen: null };
  #room: Room | null = null;
  #small = false;
  /** Publishing and taking back, one after another. */
  #carrying: Promise<void> = Promise.resolve();

  constructor(line: CandidateLine) {
    this.#line = line;
  }

  publish(tracks: Published): void {
    this.#published = tracks;
    this.#carry();
  }

  openWatch(terms: WatchTerms): void {
    this.#watches.add(terms.watchId);
    if (this.#room === null) this.#joining.now();
  }

  closeWatch(watchId: string): void {
    this.#watches.delete(watchId);
  }

  receive(): void {
    // The LiveKit server speaks with both ends itself.
  }

  command({ action }: Parameters<CandidateMeeting['command']>[0]): void {
    if (action === 'join' && this.#room === null) this.#joining.now();
    if (action === 'leave') this.#leave();
  }

  limit(small: boolean): void {
    if (small === this.#small) return;
    this.#small = small;
    for (const { publication } of this.#sent.values()) this.#limitOne(publication);
  }

  close(): void {
    this.#watches.clear();
    this.#leave();
  }

  async #join(): Promise<void> {
    const { url, token } = await this.#ticket();
    if (url === null || token === null || this.#room !== null) return;
    const room = new Room({ adaptiveStream: true, dynacast: true });
    room
      .on(RoomEvent.TrackPublished, hear)
      .on(RoomEvent.TrackSubscribed, (track, publication) => {
        this.#voices.set(publication.trackSid, track.mediaStreamTrack);
        this.#heard();
      })
      .on(RoomEvent.TrackUnsubscribed, (_, publication) => {
        this.#voices.delete(publication.trackSid);
        this.#heard();
      })
      .on(RoomEvent.Disconnected, (reason) => {
        this.#lost(room, reason);
      });
    this.#room = room;
    try {
      await room.connect(url, token, { autoSubscribe: false });
    } catch (error) {
      if (this.#room === room) this.#room = null;
      throw error;
    }
    for (const participant of room.remoteParticipants.values()) {
      participant.trackPublications.forEach((publication) => {
        hear(publication);
      });
    }
    this.#carry();
  }

  /** Once nobody looks any more, or the attempt is over, there is nothing to try again for. */
  async #ticket(): Promise<{ url: string | null; token: string | null }> {
    try {
      return await this.#line.join();
    } catch (error) {
      const refused = error instanceof ApiProblem && error.status >= 400 && error.status < 500;
      if (refused || this.#watches.size === 0) return { url: null, token: null };
      throw error;
    }
  }

  #lost(room: Room, reason: DisconnectReason | undefined): void {
    if (this.#room !== room) return;
    this.#room = null;
    this.#forget();
    // Who was taken out, or is in there from another page, comes back with the next live view.
    const stay =
      reason === DisconnectReason.PARTICIPANT_REMOVED || reason === DisconnectReason.DUPLICATE_IDENTITY;
    if (!stay && this.#watches.size > 0) this.#joining.later();
  }

  #leave(): void {
    this.#joining.stop();
    const room = this.#room;
    this.#room = null;
    void room?.disconnect();
    this.#forget();
  }

  #forget(): void {
    for (const { copy } of this.#sent.values()) copy.stop();
    this.#sent.clear();
    this.#voices.clear();
    this.#heard();
  }

  #heard(): void {
    const tracks = [...this.#voices.values()];
    this.#line.heard(tracks.length === 0 ? null : new MediaStream(tracks));
  }

  #carry(): void {
    this.#carrying = this.#carrying.then(async () => {
      for (const what of WHATS) {
        // Not connected any more: the next join publishes all there is.
        await this.#carryOne(what).catch(() => undefined);
      }
    });
  }

  /** The small layer alone; a screen has but one. */
  #limitOne({ track }: LocalTrackPublication): void {
    if (track instanceof LocalVideoTrack) {
      track.setPublishingQuality(this.#small ? VideoQuality.LOW : VideoQuality.HIGH);
    }
  }

  async #carryOne(what: What): Promise<void> {
    const room = this.#room;
    const raw = this.#published[what];
    const sent = this.#sent.get(what);
    if (room === null || sent?.raw === (raw ?? undefined)) return;
    if (sent !== undefined) {
      this.#sent.delete(what);
      sent.copy.stop();
      if (sent.publication.track !== undefined) {
        await room.localParticipant.unpublishTrack(sent.publication.track);
      }
    }
    if (raw?.readyState === 'live') {
      // LiveKit switches its track off when it is muted; the analysis goes on with ours.
      const copy = raw.clone();
      if (what === 'screen') copy.contentHint = 'detail';
      const publication = await room.localParticipant.publishTrack(copy, HOW[what]);
      if (this.#small) this.#limitOne(publication);
      if (this.#room === room) this.#sent.set(what, { raw, copy, publication });
      else copy.stop();
    }
  }
}

/** Nobody but staff is in this room, and they only send their voice. */
function hear(publication: RemoteTrackPublication): void {
  if (publication.source === Track.Source.Microphone) publication.setSubscribed(true);
}

import type {
  CandidateLine,
  CandidateMeeting,
  MeetingClient,
  Profile,
  ProviderName,
  Published,
  WatchSignal,
  WatchTerms,
} from '@/media/meeting-client';
import { meetingClient } from '@/media/meeting-providers';

/** What the line lets a live view be. */
export type Carried = 'full' | 'small' | 'none';

const NOTHING: Published = { camera: null, microphone: null, screen: null };

interface Running {
  provider: ProviderName;
  meeting: Promise<CandidateMeeting>;
}

/**
 * What the candidate's page shows live, over whichever provider the server names with the first live view; until
 * then nothing is loaded and nobody is connected to.
 */
export class CandidateLive {
  readonly #line: CandidateLine;
  readonly #load: (provider: ProviderName) => Promise<MeetingClient>;
  #published: Published = { camera: null, microphone: null, screen: null };
  #running: Running | null = null;
  #carried: Carried = 'full';
  readonly #open = new Set<string>();

  constructor(line: CandidateLine, load = meetingClient) {
    this.#line = line;
    this.#load = load;
  }

  publish(tracks: Published): void {
    this.#published = tracks;
    this.#carry();
  }

  /** The line is slow, or better. */
  limit(carried: Carried): void {
    this.#carried = carried;
    this.#carry();
  }

  /** Whether anybody looks now. */
  get watched(): boolean {
    return this.#open.size > 0;
  }

  openWatch(terms: WatchTerms, profile: Profile): void {
    this.#open.add(terms.watchId);
    this.#use(terms.provider);
    this.#do((meeting) => {
      meeting.openWatch(terms, profile);
    });
  }

  closeWatch(watchId: string): void {
    this.#open.delete(watchId);
    this.#do((meeting) => {
      meeting.closeWatch(watchId);
    });
  }

  receive(signal: WatchSignal): void {
    this.#do((meeting) => {
      meeting.receive(signal);
    });
  }

  command(command: Parameters<CandidateMeeting['command']>[0]): void {
    this.#do((meeting) => {
      meeting.command(command);
    });
  }

  close(): void {
    this.#open.clear();
    this.#closeMeeting();
  }

  #closeMeeting(): void {
    this.#do((meeting) => {
      meeting.close();
    });
    this.#running = null;
  }

  #use(provider: ProviderName): void {
    if (this.#running?.provider === provider) {
      return;
    }
    this.#closeMeeting();
    const meeting = this.#load(provider).then((client) => {
      const made = client.candidate(this.#line);
      made.limit(this.#carried !== 'full');
      made.publish(this.#shown);
      return made;
    });
    const running = { provider, meeting };
    this.#running = running;
    meeting.catch(() => {
      // Its code could not be loaded; the next live view tries again.
      if (this.#running === running) this.#running = null;
    });
  }

  get #shown(): Published {
    return this.#carried === 'none' ? NOTHING : this.#published;
  }

  #carry(): void {
    const small = this.#carried !== 'full';
    const shown = this.#shown;
    this.#do((meeting) => {
      meeting.limit(small);
      meeting.publish(shown);
    });
  }

  /** In the order of the calls, also of those made while the provider's code was on its way. */
  #do(act: (meeting: CandidateMeeting) => void): void {
    this.#running?.meeting.then(act, () => undefined);
  }
}

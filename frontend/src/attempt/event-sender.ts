import type { Device, PageEvent, PageEventKind } from '@/api/generated/socket';
import { toWire, type EventQueue, type StoredEvent } from '@/media/event-queue';

/** How events leave the page, whichever way is open. */
export interface EventLine {
  readonly isOpen: boolean;
  send(event: PageEvent): boolean;
}

/** Keeps every event until the server has it: sends it at once when it can, again when the line is back. */
export class EventSender {
  readonly #queue: EventQueue;
  readonly #line: EventLine;
  /** Storing and sending in the order things happened, one after another. */
  #turn: Promise<void> = Promise.resolve();

  constructor(queue: EventQueue, line: EventLine) {
    this.#queue = queue;
    this.#line = line;
  }

  /** device: of the camera, with camera_started. */
  report(kind: PageEventKind, device?: Device): Promise<void> {
    const event = {
      kind,
      pageMs: performance.now(),
      occurredAt: Date.now(),
      late: !this.#line.isOpen,
      ...(device === undefined ? {} : { device }),
    };
    return this.#next(async () => {
      const stored = await this.#queue.add(event);
      this.#line.send(toWire(stored, stored.late));
    });
  }

  /** After a reconnect: everything that was not acknowledged, of earlier page loads too. */
  resend(): Promise<void> {
    return this.#next(async () => {
      for (const event of await this.#queue.pending()) {
        this.#line.send(toWire(event, true));
      }
    });
  }

  acknowledge(instanceId: string, seq: number): Promise<void> {
    return this.#next(() => this.#queue.acknowledge(instanceId, seq));
  }

  /** Whether the server lacks any. */
  async waiting(): Promise<number> {
    return (await this.#queue.pending()).length;
  }

  /** Over HTTP: a batch for each page load that saw something. */
  async post(send: (instanceId: string, events: PageEvent[]) => Promise<number>): Promise<void> {
    const byInstance = new Map<string, StoredEvent[]>();
    for (const event of await this.#queue.pending()) {
      byInstance.set(event.instanceId, [...(byInstance.get(event.instanceId) ?? []), event]);
    }
    for (const [instanceId, events] of byInstance) {
      const batch = events.slice(0, 500).map((event) => toWire(event, true));
      await this.acknowledge(instanceId, await send(instanceId, batch));
    }
  }

  #next(step: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(step, step);
    return this.#turn;
  }
}

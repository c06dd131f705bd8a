/** What is published besides events: of each topic the newest only, and nothing while the broker is away. */
import type { Publication, Session } from './broker-link.ts';

type Lanes = Map<string, { next: Publication | undefined }>;

/** Answers that a slow broker may have outstanding. */
const MAX_POSTING = 64;

/** One slot per topic: a value that is not sent yet is replaced by a newer one. */
export class Outlet {
  /** Texts that the broker keeps, as they should be. */
  readonly #kept = new Map<string, string>();
  #lanes: Lanes = new Map();
  #session: Session | undefined;
  #posting = 0;
  /** Messages sent since the start. */
  sent = 0;

  /** Whether anything would be sent now. */
  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  /** Sends what the broker should keep: a new connection may be to a broker that forgot it. */
  attach(session: Session): void {
    this.#session = session;
    this.#lanes = new Map();
    session.signal.addEventListener('abort', () => {
      if (this.#session === session) this.#session = undefined;
    });
    for (const [topic, payload] of this.#kept) this.send({ topic, payload, retain: true, qos: 1 });
  }

  /** Keeps a text at the broker; one that it has already is not sent again. */
  keep(topic: string, payload: string): void {
    if (this.#kept.get(topic) === payload) return;
    this.#kept.set(topic, payload);
    this.send({ topic, payload, retain: true, qos: 1 });
  }

  /** Removes from the broker what it keeps. */
  clear(topic: string): void {
    this.#kept.delete(topic);
    this.send({ topic, payload: '', retain: true, qos: 1 });
  }

  /** Sends an answer that replaces no earlier one at its topic. */
  post(publication: Publication): void {
    if (this.#session === undefined || this.#posting >= MAX_POSTING) return;
    this.#posting += 1;
    void this.#session
      .publish(publication)
      .then(
        () => {
          this.sent += 1;
        },
        () => {},
      )
      .finally(() => {
        this.#posting -= 1;
      });
  }

  /** Sends, or replaces what waits at the topic. */
  send(publication: Publication): void {
    const session = this.#session;
    if (session === undefined) return;
    const lanes = this.#lanes;
    const lane = lanes.get(publication.topic);
    if (lane === undefined) {
      lanes.set(publication.topic, { next: undefined });
      void this.#drain(session, lanes, publication);
    } else lane.next = publication;
  }

  async #drain(session: Session, lanes: Lanes, first: Publication): Promise<void> {
    const { topic } = first;
    for (let next: Publication | undefined = first; next !== undefined && !session.signal.aborted; ) {
      await session.publish(next).then(
        () => {
          this.sent += 1;
        },
        // The connection ended; what is kept is sent with the next one.
        () => {},
      );
      const lane = lanes.get(topic);
      next = lane?.next;
      if (lane !== undefined) lane.next = undefined;
    }
    lanes.delete(topic);
  }
}

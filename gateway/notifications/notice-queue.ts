/** Stores notices for delivery: at most one of a camera and a notification in a while, and nothing is lost. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '#shared/logger.ts';
import { NOTICE_DELIVERY_PREFIX, queueOf } from '../deliveries/delivery.ts';
import type { DeliveryRepository } from '../deliveries/delivery-repository.ts';
import type { DeliveryRow, Transaction } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { NoticeRepository } from './notice-repository.ts';
import type { Happening, NoticeFacts, Rule } from './notification.ts';
import { isWithin } from './periods.ts';

export interface NoticeQueueOptions {
  deliveries: Pick<DeliveryRepository, 'insert' | 'countPending'>;
  notices: Pick<NoticeRepository, 'newestOf' | 'replacePayload'>;
  box: SecretBox;
  log: Logger;
  /** Unix milliseconds. */
  now: () => number;
}

/** Camera of deliveries that concern none; no camera has this id. */
const NO_CAMERA = '*';
/** Happenings that a notice lists. */
const MOST_LISTED = 20;
/** Waiting notices of a camera to a target that takes none for days. */
const MOST_WAITING = 500;

/** The queues of all notifications. */
export class NoticeQueue {
  readonly #options: NoticeQueueOptions;

  constructor(options: NoticeQueueOptions) {
    this.#options = options;
  }

  /**
   * Stores a notice, or adds the happening to one that still waits.
   * @param isUrgent sends it by itself, in quiet hours too
   */
  async add(trx: Transaction, rule: Rule, happening: Happening, isUrgent = false): Promise<void> {
    const { notices, now } = this.#options;
    const cameraId = happening.cameraId ?? NO_CAMERA;
    const queue = `${queueOf(rule.id, cameraId)}${isUrgent ? '/now' : ''}`;
    const isQuiet = rule.quiet !== null && isWithin(rule.quiet, new Date(now()));
    const isGrouped = (rule.groupSeconds > 0 || isQuiet) && !isUrgent;
    const newest = isGrouped ? await notices.newestOf(trx, queue) : undefined;
    if (newest !== undefined && (await this.#join(trx, newest, happening))) return;
    const notBefore = newest === undefined ? now() : this.#afterPause(newest, rule.groupSeconds);
    const facts: NoticeFacts = { happenings: [happening], more: 0, ...(isUrgent ? { isUrgent } : {}) };
    await this.#insert(trx, { cameraId, queue, target: rule.id, notBefore }, facts);
  }

  /** @returns whether it could be added */
  async #join(trx: Transaction, row: DeliveryRow, happening: Happening): Promise<boolean> {
    const { notices, box } = this.#options;
    // A watch may fire for a notification that is told of its event anyway.
    const isTold = this.#open(row.payload)?.happenings.some(
      ({ eventId }) => eventId !== null && eventId === happening.eventId,
    );
    if (isTold === true) return true;
    // Also a lease that is over by the clock may be in hand: what was added would never be sent.
    const isWaiting = row.status === 'pending' && row.attempts === 0 && row.leased_until === 0;
    const facts = isWaiting ? this.#open(row.payload) : undefined;
    if (facts === undefined) return false;
    const isFull = facts.happenings.length >= MOST_LISTED;
    const joined = isFull
      ? { ...facts, more: facts.more + 1 }
      : { ...facts, happenings: [...facts.happenings, happening] };
    await notices.replacePayload(trx, row.sequence, box.seal(JSON.stringify(joined)));
    return true;
  }

  async #insert(
    trx: Transaction,
    place: { cameraId: string; queue: string; target: string; notBefore: number },
    facts: NoticeFacts,
  ): Promise<void> {
    const { deliveries, box, log, now } = this.#options;
    const { target: notification, cameraId } = place;
    if ((await deliveries.countPending(trx, place.queue, MOST_WAITING)) >= MOST_WAITING) {
      log.warn({ notification, cameraId }, 'too many notices wait for their target; this one is dropped');
      return;
    }
    const id = `${NOTICE_DELIVERY_PREFIX}${randomUUID()}`;
    await deliveries.insert(trx, { ...place, id, payload: box.seal(JSON.stringify(facts)) }, now());
  }

  /** A pause after the last notice. A clock that was set back makes it no longer than it is. */
  #afterPause(last: DeliveryRow, seconds: number): number {
    const now = this.#options.now();
    const next = (last.delivered_at ?? last.created_at) + seconds * 1000;
    return Math.min(Math.max(now, next), now + seconds * 1000);
  }

  #open(payload: string): NoticeFacts | undefined {
    try {
      return JSON.parse(this.#options.box.open(payload)) as NoticeFacts;
    } catch {
      return undefined;
    }
  }
}

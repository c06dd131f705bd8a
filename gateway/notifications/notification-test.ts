/** Sends a test to a target, outside of the outbox. */
import { randomUUID } from 'node:crypto';
import type { NotificationTest } from '#shared/contract/notification.ts';
import { NOTICE_DELIVERY_PREFIX } from '../deliveries/delivery.ts';
import type { NoticeEndpoint } from './notice-endpoint.ts';
import type { StoredNotification } from './notification.ts';

export interface NotificationTesterOptions {
  endpoint: Pick<NoticeEndpoint, 'send'>;
  /** A camera that its owner may see, where there is one. */
  example: (owner: string | undefined) => { id: string; name: string } | undefined;
  /** Unix milliseconds. */
  now: () => number;
}

/** Sends tests. */
export class NotificationTester {
  readonly #options: NotificationTesterOptions;

  constructor(options: NotificationTesterOptions) {
    this.#options = options;
  }

  /** Makes one attempt. @throws AppError `storage-*` */
  async test(notification: StoredNotification): Promise<NotificationTest> {
    const { endpoint, example, now } = this.#options;
    const camera = example(notification.owner);
    const happening = {
      kind: 'test' as const,
      ...{ cameraId: camera?.id ?? null, camera: camera?.name ?? null, eventId: null },
      ...{ label: 'this target is told', score: null, zones: [], answer: null, at: now() },
    };
    const id = `${NOTICE_DELIVERY_PREFIX}${randomUUID()}`;
    const notice = { id, facts: { happenings: [happening], more: 0 }, at: new Date(now()) };
    const answer = await endpoint.send(notification, notice, new AbortController().signal);
    if (answer.kind !== 'answered')
      return { delivered: false, status: null, error: reasonOf(answer), response: null };
    const { status, body } = answer;
    const delivered = status >= 200 && status < 300;
    return { delivered, status, error: delivered ? null : `The target answered ${status}`, response: body };
  }
}

function reasonOf(answer: object): string {
  return 'reason' in answer ? String(answer.reason) : 'the gateway stops';
}

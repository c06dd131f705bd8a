/** Sends notices to their targets. */
import type { Notice } from '#shared/contract/notification.ts';
import type { Logger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import type { Answer, DeliveryRequest, Endpoint } from '../deliveries/http-endpoint.ts';
import type { HttpPost, OutgoingPost } from '../deliveries/http-post.ts';
import { type NoticeLinks, noticeOf } from './notice-words.ts';
import type { NoticeFacts, StoredNotification, StoredTarget } from './notification.ts';
import type { NotificationRepository } from './notification-repository.ts';
import { endOfAll, isWithin } from './periods.ts';
import type { PushKeys } from './push-keys.ts';
import type { Sight } from './sight.ts';
import type { EmailSender } from './targets/email.ts';
import { ntfyPost } from './targets/ntfy.ts';
import { browserPost } from './targets/push.ts';
import { webhookPost } from './targets/webhook.ts';

export interface NoticeEndpointOptions {
  repository: Pick<NotificationRepository, 'get' | 'update'>;
  http: Pick<HttpPost, 'send' | 'close'>;
  keys: Pick<PushKeys, 'get'>;
  email: Pick<EmailSender, 'send'>;
  links: NoticeLinks;
  /** What of a notice its owner may see now. */
  sight: Sight;
  /** A notification was paused, since its browser unsubscribed. */
  onPaused: () => void;
  log: Logger;
}

/** Answers of push services for a browser that unsubscribed (RFC 8030 section 7.3). */
const UNSUBSCRIBED = [404, 410];

/** Pause until the rights of owners are known. */
const UNKNOWN_MS = 1000;
const NOT_SEEN = 'the viewer who made the notification may not see this camera now';

/** Targets that take requests. */
type HttpTarget = Exclude<StoredTarget, { kind: 'email' }>;

/** One request or message per notice; its target decides which. */
export class NoticeEndpoint implements Endpoint {
  readonly #options: NoticeEndpointOptions;

  constructor(options: NoticeEndpointOptions) {
    this.#options = options;
  }

  async post({ id, target, body, at }: DeliveryRequest, signal: AbortSignal): Promise<Answer> {
    const facts = JSON.parse(body) as NoticeFacts;
    try {
      const notification = await this.#options.repository.get(target ?? '');
      const { sight } = this.#options;
      if (sight.isUnknown(notification.owner)) return { kind: 'later', at: at.getTime() + UNKNOWN_MS };
      const happenings = facts.happenings.filter((one) => sight.mayTell(notification.owner, one));
      if (happenings.length === 0) return { kind: 'refused', reason: NOT_SEEN };
      const { quiet } = notification.settings;
      if (quiet !== null && facts.isUrgent !== true && isWithin(quiet, at))
        return { kind: 'later', at: endOfAll(quiet, at).getTime() };
      return await this.send(notification, { id, facts: { ...facts, happenings }, at }, signal);
    } catch (error) {
      this.#options.log.debug({ notification: target, err: error }, 'a notice could not be made');
      return { kind: 'failed', reason: 'the notice could not be made' };
    }
  }

  /** Makes one attempt now. The answer is free of the secrets of the target. */
  async send(
    notification: StoredNotification,
    notice: { id: string; facts: NoticeFacts; at: Date },
    signal: AbortSignal,
  ): Promise<Answer> {
    const { target, name, linkBase } = notification;
    const { id, facts, at } = notice;
    const words = noticeOf({ id, notification: name, facts, linkBase, links: this.#options.links });
    if (target.kind === 'email')
      return this.#options.email.send(target, { notice: words, facts, linkBase, at }, signal);
    const request = await this.#requestOf(target, { notice: words, linkBase, at });
    const answer = await this.#options.http.send(request, signal);
    const isGone = answer.kind === 'answered' && UNSUBSCRIBED.includes(answer.status);
    if (target.kind === 'push' && isGone) await this.#pause(notification);
    return withoutSecrets(answer, target);
  }

  close(): void {
    this.#options.http.close();
  }

  async #requestOf(
    target: HttpTarget,
    { notice, linkBase, at }: { notice: Notice; linkBase: string; at: Date },
  ): Promise<OutgoingPost> {
    if (target.kind === 'webhook') return webhookPost(target, notice, at);
    if (target.kind === 'ntfy') return ntfyPost(target, notice);
    return browserPost(target, notice, { linkBase, keys: await this.#options.keys.get() });
  }

  async #pause(notification: StoredNotification): Promise<void> {
    const { repository, onPaused, log } = this.#options;
    log.info({ notification: notification.id }, 'a browser has unsubscribed; its notification is paused');
    await repository.update(notification.id, { ...notification, enabled: false }, Date.now());
    onPaused();
  }
}

/** Receivers may repeat what they were sent. */
function withoutSecrets(answer: Answer, target: HttpTarget): Answer {
  const redactor = new Redactor();
  for (const secret of secretsOf(target)) redactor.add(secret);
  if (answer.kind === 'answered') return { ...answer, body: redactor.redact(answer.body) };
  return answer.kind === 'failed' ? { ...answer, reason: redactor.redact(answer.reason) } : answer;
}

function secretsOf(target: HttpTarget): string[] {
  if (target.kind === 'webhook') return [target.url, target.secret, ...Object.values(target.headers ?? {})];
  if (target.kind === 'ntfy') return target.token ? [target.token] : [];
  return [target.endpoint, target.keys.auth];
}

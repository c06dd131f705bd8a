/** Composes notifications: storage, queues, sender, lookout and routes. */
import { randomUUID } from 'node:crypto';
import { NO_RECORDING } from '#shared/contract/recording.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Access } from '../auth/access.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { SmtpConfig } from '../config/smtp.ts';
import { DeliveryRepository } from '../deliveries/delivery-repository.ts';
import { DeliverySender } from '../deliveries/delivery-sender.ts';
import { HttpPost } from '../deliveries/http-post.ts';
import { LeaseRepository } from '../deliveries/lease-repository.ts';
import { OutcomeLog } from '../deliveries/outcome-log.ts';
import type { EventState } from '../events/event.ts';
import type { BeginListener } from '../events/event-listeners.ts';
import { readPicture } from '../events/event-picture-repository.ts';
import type { RouteGroup } from '../http/route.ts';
import type { Transaction } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import { AbsenceRepository } from './absence-repository.ts';
import { Lookout } from './lookout.ts';
import { NoticeEndpoint } from './notice-endpoint.ts';
import { NoticeQueue } from './notice-queue.ts';
import { NoticeRepository } from './notice-repository.ts';
import type { NoticeLinks } from './notice-words.ts';
import { type Happening, happeningOf, type Rule } from './notification.ts';
import { NotificationBook } from './notification-book.ts';
import { NotificationRepository } from './notification-repository.ts';
import { NotificationTester } from './notification-test.ts';
import { Ownership } from './ownership.ts';
import { type PresenceSources, presenceReader } from './presences.ts';
import { PushKeys } from './push-keys.ts';
import { notificationRoutes } from './routes.ts';
import { Sight } from './sight.ts';
import { EmailSender } from './targets/email.ts';
import { MailServer } from './targets/mail-server.ts';

export interface NotificationsOptions extends PresenceSources {
  store: Store;
  secretBox: SecretBox;
  access: Pick<Access, 'linkTo' | 'owners'>;
  directory: Pick<CameraDirectory, 'wanted' | 'find'>;
  config: PresenceSources['config'] & { smtp: SmtpConfig | undefined };
  log: Logger;
  /** Whether an endpoint is at a push service that viewers may name; default: those of known browsers. */
  isPushService?: (endpoint: string) => boolean;
  /** Pause between two looks for who is away, milliseconds. */
  lookMs?: number;
  /** Longest pause between two polls of the store, milliseconds. */
  pollMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

/** How notices fare, since the start of this gateway. */
export interface NotificationsReport {
  /** Notifications that are not paused. */
  active: number;
  delivered: number;
  /** Failed attempts. */
  failures: number;
  /** Of the last failed attempt; free of secrets. */
  lastError: { at: string; error: string } | undefined;
}

/** Notifications of one gateway. */
export interface Notifications extends BeginListener {
  routes: RouteGroup;
  /** For `GET /health`, from memory. */
  report(): NotificationsReport;
  /** @throws AppError `notification-not-found`, and `invalid-field` for a webhook that is none */
  expect(notificationId: string, isWebhook: boolean): void;
  /**
   * Tells a notification of an event past its filters.
   * @param isUrgent by itself, in quiet hours too @throws AppError `notification-not-found`, `storage-*`
   */
  tell(notificationId: string, event: EventState, isUrgent: boolean): Promise<void>;
  start(): void;
  /** Call before the store is closed. */
  close(): Promise<void>;
}

/** A lease outlives every attempt (15 s), with room for clock differences between gateways. */
const LEASE_MS = 60_000;
const MAX_NOTIFICATIONS = { all: 100, owned: 10 };

/** Builds notifications; nothing runs before `start`, and little before the first notification. */
export function createNotifications(options: NotificationsOptions): Notifications {
  const { store, secretBox: box, access, directory, log, now = Date.now } = options;
  const { smtp } = options.config;
  const nameOf = (id: string): string => directory.find(id)?.name ?? id;
  const repository = new NotificationRepository(store, box);
  const notices = new NoticeRepository(store);
  const deliveries = new DeliveryRepository(store);
  const keys = new PushKeys(repository);
  const queue = new NoticeQueue({ deliveries, notices, box, log, now });
  const { owners } = access;
  const sight = new Sight(owners);
  const links = linksOf(access, directory);
  const server = smtp && new MailServer(smtp);
  const pictures = { read: (id: string) => readPicture(store.db, id, 'best') };
  const endpoint = new NoticeEndpoint({
    ...{ repository, keys, links, sight, log, http: new HttpPost() },
    email: new EmailSender({ server, pictures, links }),
    onPaused: () => void book.read().catch(() => {}),
  });
  const sender = createSender(options, endpoint);
  const book = new NotificationBook({
    ...{ store, repository, log },
    onRead: () => {
      if (book.rules.length > 0) sender.start();
    },
  });
  const add = async (trx: Transaction, rule: Rule, happening: Happening, isUrgent = false): Promise<void> => {
    if (sight.mayTell(rule.owner, happening)) await queue.add(trx, rule, happening, isUrgent);
  };
  const tell = async (rule: Rule, happening: Happening, isUrgent = false): Promise<void> => {
    await store.transaction((trx) => add(trx, rule, happening, isUrgent));
    sender.wake();
  };
  const lookout = new Lookout({
    ...{ rules: () => book.rules, look: presenceReader(options), log, now },
    absences: new AbsenceRepository(store),
    tell: add,
    onTold: () => sender.wake(),
    everyMs: options.lookMs,
    isShared: store.engine === 'postgres',
  });
  const example = (owner: string | undefined) =>
    directory.wanted().find(({ id }) => sight.mayTell(owner, { cameraId: id }));
  const endOwner = async (owner: string): Promise<void> => {
    await repository.removeOf(owner);
    await book.read();
  };
  const offEnd = owners.onEnd((owner) => {
    endOwner(owner).catch((error: unknown) => {
      log.warn({ reason: messageOf(error) }, 'notifications of a key that ended could not be removed');
    });
  });
  let isDue = false;
  return {
    routes: notificationRoutes({
      ...{
        repository,
        notices,
        keys,
        ownership: new Ownership(owners, options.isPushService),
        canMail: smtp !== undefined,
        max: MAX_NOTIFICATIONS,
        now,
      },
      tester: new NotificationTester({ endpoint, example, now }),
      changed: () => book.read(),
    }),
    isListening: () => book.rules.length > 0,
    onBegin: async (trx, event) => {
      const happening = happeningOf(event, nameOf(event.cameraId));
      for (const rule of book.tellingOf(happening)) {
        await add(trx, rule, happening);
        isDue = true;
      }
    },
    wake: () => {
      if (isDue) sender.wake();
      isDue = false;
    },
    report: () => ({ active: book.rules.length, ...sender.outcomes() }),
    expect: (id, isWebhook) => {
      if (ruleOf(book, id).targetKind !== 'webhook' && isWebhook)
        throw new AppError('invalid-field', 'actions: the target of this notification is no webhook', {
          field: 'actions',
        });
    },
    tell: async (id, event, isUrgent) => {
      const rule = ruleOf(book, id);
      if (rule.enabled) await tell(rule, happeningOf(event, nameOf(event.cameraId)), isUrgent);
    },
    start: () => {
      book.start();
      lookout.start();
    },
    close: async () => {
      offEnd();
      await Promise.all([lookout.close(), book.close()]);
      await sender.close();
    },
  };
}

function linksOf(
  access: NotificationsOptions['access'],
  directory: NotificationsOptions['directory'],
): NoticeLinks {
  const link = (eventId: string, file: string): string =>
    access.linkTo(`/api/events/${encodeURIComponent(eventId)}/${file}`).slice(1);
  const isRecorded = (cameraId: string): boolean =>
    (directory.find(cameraId)?.recording ?? NO_RECORDING).record !== 'off';
  return {
    pictureOf: (eventId) => link(eventId, 'snapshot'),
    clipOf: (eventId, cameraId) => (isRecorded(cameraId) ? link(eventId, 'clip') : undefined),
  };
}

/** Starts with the first notification, once. */
function createSender(
  { store, secretBox, log, pollMs, now }: NotificationsOptions,
  endpoint: NoticeEndpoint,
) {
  const outcomes = new OutcomeLog(log, 'a target of notifications');
  const sender = new DeliverySender({
    leases: new LeaseRepository({ store, owner: randomUUID(), leaseMs: LEASE_MS, lane: 'notices' }),
    ...{ endpoint, secretBox, outcomes, log },
    ...(pollMs === undefined ? {} : { pollMs }),
    ...(now === undefined ? {} : { now }),
  });
  let isStarted = false;
  return {
    start: () => {
      if (!isStarted) sender.start();
      isStarted = true;
    },
    outcomes: () => {
      const { successes: delivered, failures, lastFailure: last } = outcomes;
      return {
        ...{ delivered, failures },
        lastError: last && { at: new Date(last.at).toISOString(), error: last.error },
      };
    },
    wake: () => sender.wake(),
    close: () => sender.close(),
  };
}

/** @throws AppError `notification-not-found` */
function ruleOf(book: NotificationBook, id: string): Rule {
  const rule = book.find(id);
  if (rule === undefined)
    throw new AppError('notification-not-found', 'There is no notification with this id');
  return rule;
}

/** `/api/notifications`: who is told of what (docs/notifications.md). */
import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import {
  createdNotificationSchema,
  newNotificationSchema,
  noticeSchema,
  notificationChangesSchema,
  notificationIdInPath,
  notificationListSchema,
  notificationSchema,
  notificationTestSchema,
  pushKeySchema,
} from '#shared/contract/notification.ts';
import { AppError } from '#shared/errors.ts';
import { publicOrigin } from '../http/public-origin.ts';
import { json, jsonBody, type Route, type RouteGroup, route } from '../http/route.ts';
import type { NoticeRepository } from './notice-repository.ts';
import type { StoredNotification } from './notification.ts';
import { applyNotificationChanges, parseNewNotification } from './notification-input.ts';
import type { NotificationRepository } from './notification-repository.ts';
import type { NotificationTester } from './notification-test.ts';
import { viewNotification } from './notification-view.ts';
import { noNotification, type Ownership } from './ownership.ts';
import type { PushKeys } from './push-keys.ts';

export interface NotificationRoutesOptions {
  repository: NotificationRepository;
  notices: Pick<NoticeRepository, 'stateOf'>;
  keys: Pick<PushKeys, 'get'>;
  tester: NotificationTester;
  ownership: Ownership;
  /** Whether there is a mail server. */
  canMail: boolean;
  /** Called after a change. */
  changed: () => Promise<void>;
  /** Most notifications, and most of one owner. */
  max: { all: number; owned: number };
  /** Unix milliseconds. */
  now: () => number;
}

const EXAMPLES = {
  'Persons, to a topic of ntfy, quiet at night': {
    name: 'My phone',
    target: { kind: 'ntfy', server: 'http://192.0.2.10', topic: 'my-cameras' },
    kinds: ['person', 'camera-offline'],
    quiet: [{ from: '22:00', to: '07:00' }],
  },
  'Everything of one camera, to a webhook': {
    name: 'Automation',
    target: {
      kind: 'webhook',
      url: 'http://192.0.2.20/hooks/cameras',
      template: '{"text": "{{title}}", "picture": "{{picture}}"}',
    },
    cameras: ['1'],
  },
  'Faults, by e-mail': {
    name: 'Operator',
    target: { kind: 'email', to: ['operator@example.org'] },
    kinds: ['camera-offline', 'worker-lost', 'disk-low'],
  },
};

/** A client who is no admin has notifications of its own. */
const ACCESS = { access: 'viewer', cameraScope: 'handled' } as const;

/** Create, list, change, test and delete notifications. */
export function notificationRoutes(options: NotificationRoutesOptions): RouteGroup {
  return {
    name: 'Notifications',
    description:
      'Targets that are told of events, of cameras that go offline and of faults: webhooks, ntfy topics, browsers and e-mail. Notices are retried with growing pauses, then parked; a target that refuses delays no other. Clients who are no admins have notifications of their own, to browsers only, about cameras that they may see; they end with the key of the client.',
    routes: [...collectionRoutes(options), ...itemRoutes(options)],
    schemas: [noticeSchema],
  };
}

function collectionRoutes(options: NotificationRoutesOptions): Route[] {
  const { repository, notices, keys, ownership, canMail, changed, max, now } = options;
  return [
    route({
      id: 'createNotification',
      method: 'post',
      path: '/api/notifications',
      ...ACCESS,
      summary: 'Tell a target of what happens',
      description: 'Addresses, tokens and headers of targets are stored encrypted and not shown again.',
      request: { bodies: jsonBody(newNotificationSchema, EXAMPLES) },
      answers: {
        201: json('It is told from now on.', createdNotificationSchema, { Location: 'Where it is.' }),
      },
      errors: ['missing-field', 'invalid-field', 'too-many-notifications', 'email-not-configured'],
      handle: async (req, res) => {
        const { draft, secret } = parseNewNotification(req.body, publicOrigin(req));
        if (draft.target.kind === 'email' && !canMail)
          throw new AppError('email-not-configured', 'The gateway has no mail server to send e-mail with');
        const id = `ntf_${randomUUID()}`;
        ownership.expectTarget(req, draft.target);
        await repository.insert(id, draft, { owner: ownership.of(req), max, now: now() });
        await changed();
        res.status(201).location(`/api/notifications/${id}`);
        await answer(res, id, options, secret === undefined ? {} : { secret });
      },
    }),
    route({
      id: 'listNotifications',
      method: 'get',
      path: '/api/notifications',
      ...ACCESS,
      summary: 'All notifications, oldest first',
      answers: { 200: json('Notifications, without secrets.', notificationListSchema) },
      handle: async (req, res) => {
        const mine = (await repository.list()).filter((one) => ownership.maySee(req, one));
        const views = mine.map(async (notification) =>
          viewNotification(notification, await notices.stateOf(notification.id)),
        );
        res.setHeader('Cache-Control', 'no-store');
        res.json(await Promise.all(views));
      },
    }),
    route({
      id: 'getPushKey',
      method: 'get',
      path: '/api/notifications/push-key',
      ...ACCESS,
      summary: 'The key that browsers subscribe with',
      answers: { 200: json('The public key, base64url.', pushKeySchema) },
      handle: async (_req, res) => {
        res.setHeader('Cache-Control', 'no-store');
        res.json({ publicKey: (await keys.get()).publicKey });
      },
    }),
  ];
}

function itemRoutes(options: NotificationRoutesOptions): Route[] {
  const { repository, ownership, tester, changed, now } = options;
  const owned = async (req: Request): Promise<StoredNotification> => {
    const found = await repository.get(String(req.params.notificationId));
    if (!ownership.maySee(req, found)) throw noNotification();
    return found;
  };
  const path = '/api/notifications/:notificationId';
  const common = { path, ...ACCESS, errors: ['notification-not-found'] } as const;
  const params = { notificationId: notificationIdInPath };
  return [
    route({
      ...common,
      id: 'getNotification',
      method: 'get',
      summary: 'One notification',
      request: { params },
      answers: { 200: json('The notification, without secrets.', notificationSchema) },
      handle: async (req, res) => answer(res, (await owned(req)).id, options),
    }),
    route({
      ...common,
      id: 'changeNotification',
      method: 'patch',
      summary: 'Change or pause a notification',
      description: 'What is left out stays as it is, secrets too. What waits is dropped when it is paused.',
      request: { params, bodies: jsonBody(notificationChangesSchema, { Pause: { enabled: false } }) },
      answers: { 200: json('As it is now.', notificationSchema) },
      errors: ['notification-not-found', 'invalid-field'],
      handle: async (req, res) => {
        const before = await owned(req);
        const { id } = before;
        const draft = applyNotificationChanges(before, req.body);
        ownership.expectTarget(req, draft.target);
        await repository.update(id, draft, now());
        await changed();
        await answer(res, id, options);
      },
    }),
    route({
      ...common,
      id: 'deleteNotification',
      method: 'delete',
      summary: 'Delete a notification',
      request: { params },
      answers: { 204: { description: 'It is gone, with what waited for it.' } },
      handle: async (req, res) => {
        await repository.remove((await owned(req)).id);
        await changed();
        res.status(204).end();
      },
    }),
    route({
      ...common,
      id: 'testNotification',
      method: 'post',
      path: '/api/notifications/:notificationId/test',
      summary: 'Send a test',
      description: 'One attempt, now: in quiet hours and while it is paused too.',
      request: { params },
      answers: { 200: json('How that went.', notificationTestSchema) },
      handle: async (req, res) => {
        res.json(await tester.test(await owned(req)));
      },
    }),
  ];
}

async function answer(
  res: Response,
  id: string,
  { repository, notices }: NotificationRoutesOptions,
  further: object = {},
): Promise<void> {
  const view = viewNotification(await repository.get(id), await notices.stateOf(id));
  res.setHeader('Cache-Control', 'no-store');
  res.json({ ...view, ...further });
}

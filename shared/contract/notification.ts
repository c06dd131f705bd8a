/** Notifications: who is told of what, and when. */
import { z } from 'zod';
import { anyCameraIdSchema } from './camera.ts';
import { idInPath, timeSchema } from './common.ts';

/** What happens, beside events: to cameras, workers, agents and the disk. */
const HAPPENINGS = [
  'camera-offline',
  'camera-online',
  'worker-lost',
  'worker-back',
  'agent-lost',
  'agent-back',
  'disk-low',
  'disk-free',
] as const;
/** Everything that a notification can tell of. */
export const NOTICE_KINDS = [
  'motion',
  'person',
  'face',
  'watch',
  'tampering',
  'crossing',
  ...HAPPENINGS,
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];
const noticeKindSchema = z.enum(NOTICE_KINDS).meta({ id: 'NoticeKind' });

/** Days as periods name them, in the order of `Date.getDay`. */
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const CONTENT_TYPES = ['application/json', 'text/plain', 'application/x-www-form-urlencoded'] as const;
const MAX_TEMPLATE = 8000;
const MAX_NAMES = 50;

/** A notification id as part of a path. */
export const notificationIdInPath = idInPath(
  'Id of the notification.',
  'ntf_9c2f7c0a-3b1d-4b5e-8f57-2d6c1a7e4b12',
);

const addressSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
  .max(2000);
const clockSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 22:00');
const headerNameSchema = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is not the name of a header');
const headerValueSchema = z
  .string()
  .max(2000)
  .regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII');
const keySchema = z.string().regex(/^[A-Za-z0-9_-]{20,100}={0,2}$/, 'must be base64url');

const webhookSchema = z
  .strictObject({
    kind: z.literal('webhook'),
    url: addressSchema,
    secret: z.string().max(500).optional().meta({
      description: 'Signs each request (Standard Webhooks), `whsec_...`; one is made unless given.',
    }),
    headers: z
      .record(headerNameSchema, headerValueSchema)
      .refine((headers) => Object.keys(headers).length <= 10, 'must be at most 10 headers')
      .optional()
      .meta({ description: 'Further headers, such as `Authorization`. Their values are not shown again.' }),
    template: z.string().max(MAX_TEMPLATE).nullish().meta({
      description: 'The body, with `{{field}}` for facts of the notice; default: all facts as JSON.',
    }),
    contentType: z.enum(CONTENT_TYPES).optional().meta({ description: 'Of a template; default JSON.' }),
  })
  .meta({ id: 'WebhookTarget' });
const ntfySchema = z
  .strictObject({
    kind: z.literal('ntfy'),
    server: addressSchema.optional().meta({ description: 'Default `https://ntfy.sh`.' }),
    topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"'),
    token: headerValueSchema.max(500).nullish().meta({ description: 'Access token, where one is needed.' }),
    priority: z.int().min(1).max(5).optional().meta({ description: '1 to 5; default 3.' }),
  })
  .meta({ id: 'NtfyTarget' });
const pushSchema = z
  .strictObject({
    kind: z.literal('push'),
    endpoint: addressSchema,
    keys: z.strictObject({ p256dh: keySchema, auth: keySchema }),
  })
  .meta({ id: 'PushTarget', description: 'A browser, as its `PushSubscription` describes itself.' });

const emailSchema = z
  .strictObject({
    kind: z.literal('email'),
    to: z
      .array(z.email('must be an e-mail address').max(254))
      .min(1)
      .max(10)
      .meta({ description: 'Addresses without names.' }),
  })
  .meta({ id: 'EmailTarget', description: 'Sent by the mail server of `SMTP_URL`.' });

const targetSchema = z
  .discriminatedUnion('kind', [webhookSchema, ntfySchema, pushSchema, emailSchema])
  .meta({ id: 'NotificationTarget' });
export type NotificationTarget = z.infer<typeof targetSchema>;

const targetChangesSchema = z
  .discriminatedUnion('kind', [
    webhookSchema.partial({ url: true }).meta({ id: 'WebhookTargetChanges' }),
    ntfySchema.partial({ topic: true }).meta({ id: 'NtfyTargetChanges' }),
    pushSchema,
    emailSchema,
  ])
  .meta({ id: 'NotificationTargetChanges', description: 'What is left out stays as it is.' });

const periodSchema = z
  .strictObject({
    days: z
      .array(z.enum(DAYS))
      .min(1)
      .max(7)
      .optional()
      .meta({ description: 'On which it begins; default all.' }),
    from: clockSchema,
    to: clockSchema.meta({ description: 'Before `from`: on the next day.' }),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must differ from `from`' })
  .meta({ id: 'NotificationPeriod', description: 'In the time zone of the gateway.' });
export type NotificationPeriod = z.infer<typeof periodSchema>;

const namesSchema = z.array(z.string().trim().min(1).max(200)).min(1).max(MAX_NAMES);

/** What a notification tells of, and when. */
const settings = {
  cameras: z.array(anyCameraIdSchema).min(1).max(1000).nullable().meta({ description: 'Null: all.' }),
  kinds: z
    .array(noticeKindSchema)
    .max(NOTICE_KINDS.length)
    .nullable()
    .meta({ description: 'Null: all; empty: only what actions of watches send.' }),
  labels: namesSchema.nullable().meta({ description: 'Only events with one of these labels.' }),
  zones: namesSchema.nullable().meta({ description: 'Only events in one of these zones, by name.' }),
  times: z.array(periodSchema).min(1).max(14).nullable().meta({ description: 'Only what happens then.' }),
  quiet: z
    .array(periodSchema)
    .min(1)
    .max(14)
    .nullable()
    .meta({ description: 'Quiet hours: what happens then is told together when they end.' }),
  groupSeconds: z.int().min(0).max(3600).meta({
    description:
      'At most one notice of a camera in this time; further events come together in the next. 0: each.',
  }),
  afterSeconds: z.int().min(5).max(86_400).meta({
    description: 'How long a camera, worker or agent is away before that is told.',
  }),
};
const nameSchema = z.string().trim().min(1).max(100);
const linkBaseSchema = addressSchema
  .transform((url) => url.replace(/[/#?]+$/, ''))
  .meta({ description: 'Where the reader of a notice reaches this gateway; default: as this request did.' });

/** Body of `PATCH /api/notifications/:notificationId`. */
export const notificationChangesSchema = z
  .strictObject({
    name: nameSchema,
    target: targetChangesSchema,
    ...settings,
    linkBase: linkBaseSchema,
    enabled: z.boolean(),
  })
  .partial()
  .meta({ id: 'NotificationChanges' });
export type NotificationChanges = z.infer<typeof notificationChangesSchema>;

/** Body of `POST /api/notifications`. */
export const newNotificationSchema = notificationChangesSchema
  .extend({ name: nameSchema, target: targetSchema })
  .meta({ id: 'NewNotification' });
export type NewNotification = z.infer<typeof newNotificationSchema>;

const targetViewSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('webhook'),
      origin: z
        .string()
        .meta({ description: 'Scheme, host and port of its address; the rest may be secret.' }),
      headers: z.array(z.string()).meta({ description: 'Names alone.' }),
      template: z.string().nullable(),
      contentType: z.enum(CONTENT_TYPES),
    }),
    z.object({
      kind: z.literal('ntfy'),
      server: z.string(),
      topic: z.string(),
      hasToken: z.boolean(),
      priority: z.int(),
    }),
    z.object({ kind: z.literal('push'), origin: z.string(), endpointHash: z.string() }),
    z.object({ kind: z.literal('email'), to: z.array(z.string()) }),
  ])
  .meta({ id: 'NotificationTargetView', description: 'Without its secrets.' });
export type NotificationTargetView = z.infer<typeof targetViewSchema>;

/** A notification as clients see it. */
export const notificationSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    target: targetViewSchema,
    ...settings,
    linkBase: z.string(),
    enabled: z.boolean(),
    waiting: z.int().meta({ description: 'Notices that are not delivered yet.' }),
    last: z
      .object({
        at: timeSchema,
        state: z.enum(['delivered', 'retrying', 'parked']),
        status: z.int().nullable().meta({ description: 'HTTP or SMTP status of the answer.' }),
        error: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'How the last attempt ended.' }),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Notification' });
export type Notification = z.infer<typeof notificationSchema>;

/** Answer of `GET /api/notifications`. */
export const notificationListSchema = z.array(notificationSchema).meta({ id: 'NotificationList' });

/** Answer of `POST /api/notifications`. */
export const createdNotificationSchema = notificationSchema
  .extend({
    secret: z.string().optional().meta({
      description: 'Verifies requests of a webhook. In this answer only, and only if the gateway made it.',
    }),
  })
  .meta({ id: 'CreatedNotification' });

/** Answer of `POST /api/notifications/:notificationId/test`. */
export const notificationTestSchema = z
  .object({
    delivered: z.boolean(),
    status: z.int().nullable().meta({ description: 'HTTP or SMTP status of the answer; null without one.' }),
    error: z.string().nullable(),
    response: z.string().nullable().meta({ description: 'The beginning of the answer.' }),
  })
  .meta({ id: 'NotificationTest' });
export type NotificationTest = z.infer<typeof notificationTestSchema>;

/** Answer of `GET /api/notifications/push-key`. */
export const pushKeySchema = z
  .object({ publicKey: z.string().meta({ description: 'The `applicationServerKey` of a subscription.' }) })
  .meta({ id: 'PushKey' });

/** The body of a webhook without a template. */
export const noticeSchema = z
  .object({
    id: z.string(),
    notification: z.string().meta({ description: 'Name of the notification.' }),
    title: z.string(),
    message: z.string(),
    kind: z.string().meta({ description: 'Of the first happening.' }),
    cameraId: z.string().nullable(),
    camera: z.string().nullable().meta({ description: 'Its name.' }),
    at: timeSchema,
    url: z.string().meta({ description: 'The page of the gateway that shows it.' }),
    picture: z.string().nullable().meta({
      description: 'Signed link to the picture of the first event: works for a week without signing in.',
    }),
    happenings: z.array(
      z.object({
        kind: z.string(),
        label: z.string(),
        score: z.number().nullable(),
        zones: z.array(z.string()),
        answer: z.string().nullable().meta({ description: 'Of a watch.' }),
        at: timeSchema,
        eventId: z.string().nullable(),
        picture: z.string().nullable(),
      }),
    ),
    more: z.int().meta({ description: 'Further happenings that are not listed.' }),
  })
  .meta({ id: 'Notice', description: 'What a webhook without a template gets.' });
export type Notice = z.infer<typeof noticeSchema>;

/** Reads the bodies of requests that create or change notifications. */
import { randomBytes } from 'node:crypto';
import { parseFields } from '#shared/camera.ts';
import {
  type NotificationChanges,
  type NotificationTarget,
  newNotificationSchema,
  notificationChangesSchema,
} from '#shared/contract/notification.ts';
import { AppError } from '#shared/errors.ts';
import { isWebhookSecret } from '../config/webhook-secret.ts';
import { isForbiddenTarget } from '../config/webhook-target.ts';
import { type NotificationDraft, type StoredTarget, settingsIn } from './notification.ts';
import { NTFY_SERVER } from './targets/ntfy.ts';
import { expectTemplate } from './template.ts';

const SECRET_BYTES = 32;
/** The gateway sets these itself. */
const OWN_HEADERS =
  /^(content-(type|length|encoding)|host|connection|transfer-encoding|idempotency-key|webhook-.*)$/i;

/**
 * Reads the body of `POST /api/notifications`.
 * @param linkBase default @returns `secret`: of a webhook, if the body gave none @throws AppError `missing-field`, `invalid-field`
 */
export function parseNewNotification(
  body: unknown,
  linkBase: string,
): { draft: NotificationDraft; secret: string | undefined } {
  const given = typeof body === 'object' && body !== null ? body : {};
  for (const field of ['name', 'target'])
    if ([undefined, null, ''].includes(Reflect.get(given, field)))
      throw new AppError('missing-field', `Missing required fields: ${field}`, { field });
  const { name, target, enabled = true, ...rest } = parseFields(newNotificationSchema, body);
  const isMade = target.kind === 'webhook' && target.secret === undefined;
  const stored = checked(target);
  return {
    draft: { name, target: stored, settings: settingsIn(rest), linkBase: rest.linkBase ?? linkBase, enabled },
    secret: isMade && stored.kind === 'webhook' ? stored.secret : undefined,
  };
}

/** Applies the body of `PATCH /api/notifications/:notificationId`. @throws AppError `invalid-field`, naming the field */
export function applyNotificationChanges(before: NotificationDraft, body: unknown): NotificationDraft {
  const changes = parseFields(notificationChangesSchema, body);
  if (Object.values(changes).every((value) => value === undefined))
    throw invalid('body', 'The body names nothing to change');
  const { name, target, linkBase, enabled, ...settings } = changes;
  return {
    name: name ?? before.name,
    target: target === undefined ? before.target : checked(changedTarget(before.target, target)),
    settings: settingsIn(settings, before.settings),
    linkBase: linkBase ?? before.linkBase,
    enabled: enabled ?? before.enabled,
  };
}

function changedTarget(
  before: StoredTarget,
  changes: NonNullable<NotificationChanges['target']>,
): NotificationTarget {
  if (changes.kind !== before.kind)
    throw invalid('target.kind', `target.kind: this notification has a target of kind ${before.kind}`);
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const after = { ...before, ...Object.fromEntries(given) } as NotificationTarget;
  expectSecretsGiven(before, after, new Set(given.map(([name]) => name)));
  return after;
}

/** Stored secrets must not go to another server unasked. @throws AppError `invalid-field` */
function expectSecretsGiven(
  before: StoredTarget,
  after: NotificationTarget,
  given: ReadonlySet<string>,
): void {
  if (originOf(before) === originOf(after)) return;
  const hasHeaders = before.kind === 'webhook' && Object.keys(before.headers ?? {}).length > 0;
  const hasToken = before.kind === 'ntfy' && Boolean(before.token);
  const field = hasHeaders ? 'headers' : hasToken ? 'token' : undefined;
  if (field !== undefined && !given.has(field))
    throw invalid(`target.${field}`, `target.${field}: must be given again when the server changes`);
}

function originOf(target: NotificationTarget): string | undefined {
  if (target.kind === 'webhook') return new URL(target.url).origin;
  return target.kind === 'ntfy' ? new URL(target.server ?? NTFY_SERVER).origin : undefined;
}

/** @throws AppError `invalid-field` for what no schema sees */
function checked(target: NotificationTarget): StoredTarget {
  if (target.kind === 'ntfy') {
    expectReachable('target.server', target.server);
    return target;
  }
  if (target.kind === 'push') {
    expectReachable('target.endpoint', target.endpoint);
    expectKeys(target.keys);
    return target;
  }
  if (target.kind === 'email') return { ...target, to: [...new Set(target.to)] };
  const { url, template, contentType = 'application/json', headers = {} } = target;
  const secret = target.secret ?? `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
  expectReachable('target.url', url);
  if (!isWebhookSecret(secret))
    throw invalid('target.secret', 'target.secret: must be whsec_ and 24 to 64 bytes in base64');
  const own = Object.keys(headers).find((name) => OWN_HEADERS.test(name));
  if (own !== undefined) throw invalid('target.headers', `target.headers: the gateway sets ${own} itself`);
  if (typeof template === 'string') expectTemplate(template, contentType);
  return { ...target, secret };
}

/** As for the analysis backend; names are checked when they are dialled. */
function expectReachable(field: string, url: string | undefined): void {
  if (url !== undefined && isForbiddenTarget(url))
    throw invalid(field, `${field}: no target can be at this address`);
}

/** RFC 8291: a point on P-256, uncompressed, and 16 bytes. */
function expectKeys({ p256dh, auth }: { p256dh: string; auth: string }): void {
  if (Buffer.from(p256dh, 'base64url').length !== 65)
    throw invalid('target.keys.p256dh', 'target.keys.p256dh: must be 65 bytes in base64url');
  if (Buffer.from(auth, 'base64url').length !== 16)
    throw invalid('target.keys.auth', 'target.keys.auth: must be 16 bytes in base64url');
}

function invalid(field: string, message: string): AppError {
  return new AppError('invalid-field', message, { field });
}

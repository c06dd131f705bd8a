/** Converts a notification to its API representation, which holds no secret. */
import { createHash } from 'node:crypto';
import type { Notification, NotificationTargetView } from '#shared/contract/notification.ts';
import type { TargetState } from './notice-repository.ts';
import type { StoredNotification, StoredTarget } from './notification.ts';
import { NTFY_PRIORITY, NTFY_SERVER } from './targets/ntfy.ts';

export function viewNotification(
  { id, name, target, settings, linkBase, enabled, createdAt, updatedAt }: StoredNotification,
  { waiting, last }: TargetState,
): Notification {
  return {
    ...{ id, name, target: viewTarget(target), ...settings, linkBase, enabled, waiting },
    last: last === undefined ? null : viewLast(last),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

function viewLast(last: NonNullable<TargetState['last']>): Notification['last'] {
  const isPending = last.status === 'pending';
  return {
    at: new Date(last.updated_at).toISOString(),
    state: isPending ? 'retrying' : (last.status as 'delivered' | 'parked'),
    status: last.last_status,
    error: last.last_error,
  };
}

function viewTarget(target: StoredTarget): NotificationTargetView {
  if (target.kind === 'ntfy') {
    const { server = NTFY_SERVER, topic, token, priority = NTFY_PRIORITY } = target;
    return { kind: 'ntfy', server: withoutUser(server), topic, hasToken: Boolean(token), priority };
  }
  if (target.kind === 'push') {
    const endpointHash = createHash('sha256').update(target.endpoint).digest('hex');
    return { kind: 'push', origin: new URL(target.endpoint).origin, endpointHash };
  }
  if (target.kind === 'email') return { kind: 'email', to: target.to };
  const { url, headers = {}, template = null, contentType = 'application/json' } = target;
  return {
    kind: 'webhook',
    origin: new URL(url).origin,
    headers: Object.keys(headers),
    template,
    contentType,
  };
}

function withoutUser(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname === '/' ? '' : pathname}`;
}

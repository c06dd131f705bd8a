/** A notification while it is edited. */
import type { NoticeKind, Notification, NotificationPeriod } from '#shared/client/api-types.ts';

/** Everything that can be told, in words, by the kind in the API. */
export const KIND_WORDS = {
  person: 'Person',
  motion: 'Motion',
  face: 'Face',
  watch: 'A watch fires',
  tampering: 'Tampering',
  crossing: 'Line crossed',
  'camera-offline': 'Camera offline',
  'camera-online': 'Camera back',
  'worker-lost': 'Worker lost',
  'worker-back': 'Worker back',
  'agent-lost': 'Agent lost',
  'agent-back': 'Agent back',
  'disk-low': 'Disk almost full',
  'disk-free': 'Disk has space',
} as const satisfies Record<NoticeKind, string>;
export const TYPES = [
  ['application/json', 'JSON'],
  ['text/plain', 'Plain text'],
  ['application/x-www-form-urlencoded', 'Form'],
] as const;
/** Of a new notification: what most people want to know. */
const USUAL: readonly NoticeKind[] = ['person', 'watch', 'camera-offline', 'camera-online', 'disk-low'];

/** Fields as people write them. */
export interface NotificationDraft {
  /** Undefined: it is new. */
  id?: string;
  kind: 'webhook' | 'ntfy' | 'push' | 'email';
  name: string;
  /** Empty in a change: as it is. */
  url: string;
  template: string;
  contentType: string;
  /** One `Name: value` per line; empty in a change: as they are. */
  headers: string;
  server: string;
  topic: string;
  token: string;
  /** Addresses, separated by commas. */
  to: string;
  kinds: readonly NoticeKind[];
  /** Empty: all. */
  cameras: readonly string[];
  labels: string;
  zones: string;
  times: string;
  quiet: string;
  groupSeconds: string;
  afterSeconds: string;
}

/** A new notification. */
export function newNotification(kind: 'webhook' | 'ntfy'): NotificationDraft {
  const target = { url: '', template: '', contentType: 'application/json', headers: '' };
  const ntfy = { server: 'https://ntfy.sh', topic: '', token: '', to: '' };
  const filters = { kinds: USUAL, cameras: [], labels: '', zones: '', times: '', quiet: '' };
  return { kind, name: '', ...target, ...ntfy, ...filters, groupSeconds: '60', afterSeconds: '60' };
}

/** A stored notification, to be changed. */
export function draftOfNotification(stored: Notification): NotificationDraft {
  const { id, name, target, cameras, labels, zones, times, quiet } = stored;
  return {
    ...newNotification('webhook'),
    ...{ id, name, kind: target.kind },
    ...(target.kind === 'webhook' && { template: target.template ?? '', contentType: target.contentType }),
    ...(target.kind === 'ntfy' && { server: target.server, topic: target.topic }),
    ...(target.kind === 'email' && { to: target.to.join(', ') }),
    kinds: stored.kinds ?? (Object.keys(KIND_WORDS) as NoticeKind[]),
    cameras: cameras?.map(String) ?? [],
    labels: labels?.join(', ') ?? '',
    zones: zones?.join(', ') ?? '',
    times: periodsText(times),
    quiet: periodsText(quiet),
    groupSeconds: String(stored.groupSeconds),
    afterSeconds: String(stored.afterSeconds),
  };
}

/** The body that the gateway takes; it refuses what it cannot read, naming the field. */
export function bodyOfNotification(draft: NotificationDraft): Record<string, unknown> {
  const { kind, name, kinds, cameras, labels, zones, times, quiet } = draft;
  const hasTarget = draft.id === undefined || kind !== 'push';
  return {
    name: name.trim(),
    ...(hasTarget ? { target: targetOf(draft) } : {}),
    kinds,
    cameras: cameras.length === 0 ? null : cameras,
    labels: namesIn(labels),
    zones: namesIn(zones),
    times: periodsIn(times),
    quiet: periodsIn(quiet),
    groupSeconds: Number(draft.groupSeconds),
    afterSeconds: Number(draft.afterSeconds),
  };
}

function targetOf(draft: NotificationDraft): Record<string, unknown> {
  const { id, kind, url, template, contentType, headers, server, topic, token } = draft;
  const isNew = id === undefined;
  if (kind === 'email') return { kind, to: namesIn(draft.to) ?? [] };
  if (kind === 'ntfy')
    return {
      kind,
      server: server.trim(),
      topic: topic.trim(),
      ...(token === '' ? {} : { token: token.trim() }),
    };
  return {
    kind,
    ...(isNew || url.trim() !== '' ? { url: url.trim() } : {}),
    template: template.trim() === '' ? null : template,
    contentType,
    ...(headers.trim() === '' ? {} : { headers: headersIn(headers) }),
  };
}

function headersIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.trim(), value.join(':').trim()];
    }),
  );
}

function namesIn(text: string): string[] | null {
  const names = text.split(',').flatMap((name) => name.trim() || []);
  return names.length === 0 ? null : names;
}

/** `22:00-07:00; sat, sun 08:00-12:00` */
function periodsIn(text: string): object[] | null {
  const parts = text.split(';').flatMap((part) => part.trim() || []);
  return parts.length === 0 ? null : parts.map(periodIn);
}

function periodIn(part: string): object {
  const [, days = '', from = '', to = ''] = /^(.*?)\s*([\d:.]*)\s*(?:[-–]\s*([\d:.]*))?$/.exec(part) ?? [];
  const names = days
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((day) => day !== '');
  return { ...(names.length === 0 ? {} : { days: names }), from: clockIn(from), to: clockIn(to) };
}

/** `7:00` is meant as `07:00`. */
function clockIn(text: string): string {
  return /^\d:\d\d$/.test(text) ? `0${text}` : text;
}

export function periodsText(periods: readonly NotificationPeriod[] | null): string {
  return (periods ?? [])
    .map(({ days, from, to }) => `${days === undefined ? '' : `${days.join(', ')} `}${from}-${to}`)
    .join('; ');
}

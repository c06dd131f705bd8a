/** A notification: a target, what it is told of, and when. */
import type {
  NewNotification,
  NoticeKind,
  NotificationPeriod,
  NotificationTarget,
} from '#shared/contract/notification.ts';
import type { EventState } from '../events/event.ts';

/** What it tells of, and when; see `shared/contract/notification.ts`. */
export interface NotificationSettings {
  cameras: string[] | null;
  kinds: NoticeKind[] | null;
  labels: string[] | null;
  zones: string[] | null;
  times: NotificationPeriod[] | null;
  quiet: NotificationPeriod[] | null;
  groupSeconds: number;
  afterSeconds: number;
}

/** A stored notification without its target, which holds secrets. */
export interface Rule extends NotificationSettings {
  id: string;
  name: string;
  targetKind: NotificationTarget['kind'];
  enabled: boolean;
  /** Undefined: the gateway's; else it tells only what this owner may see. */
  owner: string | undefined;
}

/** A webhook that was stored always has a secret. */
export type StoredTarget =
  | (Extract<NotificationTarget, { kind: 'webhook' }> & { secret: string })
  | Exclude<NotificationTarget, { kind: 'webhook' }>;

/** A notification as it is stored. */
export interface StoredNotification {
  id: string;
  name: string;
  target: StoredTarget;
  settings: NotificationSettings;
  /** Base URL of links, without a trailing slash. */
  linkBase: string;
  enabled: boolean;
  owner: string | undefined;
  /** Unix milliseconds. */
  createdAt: number;
  updatedAt: number;
}

/** What a client decides about a notification. */
export type NotificationDraft = Pick<
  StoredNotification,
  'name' | 'target' | 'settings' | 'linkBase' | 'enabled'
>;

/** Something to tell. */
export interface Happening {
  kind: NoticeKind | 'test';
  /** Null for what concerns no camera. */
  cameraId: string | null;
  /** Name of the camera. */
  camera: string | null;
  /** Of an event; else who is away, or why. */
  label: string;
  score: number | null;
  zones: string[];
  /** Last answer of a watch. */
  answer: string | null;
  /** Unix milliseconds. */
  at: number;
  eventId: string | null;
}

/** What a stored notice holds; it is put into words when it is sent. */
export interface NoticeFacts {
  happenings: Happening[];
  /** Further happenings that are not listed. */
  more: number;
  /** It waits for no quiet hours and is not grouped. */
  isUrgent?: boolean;
}

const DEFAULTS: NotificationSettings = {
  cameras: null,
  kinds: null,
  labels: null,
  zones: null,
  times: null,
  quiet: null,
  groupSeconds: 60,
  afterSeconds: 60,
};

/** The settings in a body, with defaults for what it leaves out. */
export function settingsIn(body: Partial<NewNotification>, before = DEFAULTS): NotificationSettings {
  const names = Object.keys(DEFAULTS) as (keyof NotificationSettings)[];
  const given = names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]);
  return { ...before, ...Object.fromEntries(given) };
}

/** The happening that an event begins. @param camera name of its camera */
export function happeningOf(event: EventState, camera: string): Happening {
  const { id, cameraId, kind, label, score, startedAt, zones = [], data } = event;
  return {
    kind: kind as NoticeKind,
    ...{ cameraId, camera, label, score },
    zones: [...zones],
    answer: lastAnswerIn(data),
    at: startedAt,
    eventId: id,
  };
}

function lastAnswerIn({ answers }: Record<string, unknown>): string | null {
  const last: unknown = Array.isArray(answers) ? answers.at(-1) : undefined;
  const text: unknown = typeof last === 'object' && last !== null ? Reflect.get(last, 'text') : undefined;
  return typeof text === 'string' ? text : null;
}

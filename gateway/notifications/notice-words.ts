/** Puts the facts of a notice into words. */
import type { Notice, NoticeKind } from '#shared/contract/notification.ts';
import type { Happening, NoticeFacts } from './notification.ts';

/** Signed links of notices: paths with a query, without a leading slash. */
export interface NoticeLinks {
  /** To the picture of an event. */
  pictureOf(eventId: string): string;
  /** To the clip of an event; undefined where its camera is not recorded. */
  clipOf(eventId: string, cameraId: string): string | undefined;
}

/** What a notice is made from. */
export interface NoticeSource {
  id: string;
  notification: string;
  facts: NoticeFacts;
  linkBase: string;
  links: NoticeLinks;
}

/** Happenings that a text tells of, one by one. */
export const LINES = 6;
const PHRASES: Record<NoticeKind | 'test', string> = {
  test: 'Test',
  motion: 'Motion',
  person: 'Person',
  face: 'Face',
  watch: 'Watch',
  tampering: 'Tampering',
  crossing: 'Line crossed',
  'camera-offline': 'Camera offline',
  'camera-online': 'Camera online again',
  'worker-lost': 'Worker lost',
  'worker-back': 'Worker runs again',
  'agent-lost': 'Agent lost',
  'agent-back': 'Agent connected again',
  'disk-low': 'Disk almost full',
  'disk-free': 'Disk has space again',
};

/** A notice as readers get it. */
export function noticeOf({ id, notification, facts, linkBase, links }: NoticeSource): Notice {
  const { happenings, more } = facts;
  const first = happenings[0] as Happening;
  const picture = (eventId: string | null): string | null =>
    eventId === null ? null : `${linkBase}/${links.pictureOf(eventId)}`;
  return {
    id,
    notification,
    title: titleOf(facts),
    message: messageOf(facts),
    kind: first.kind,
    cameraId: first.cameraId,
    camera: first.camera,
    at: new Date(first.at).toISOString(),
    url: `${linkBase}/${fragmentOf(first)}`,
    picture: picture(happenings.find(({ eventId }) => eventId !== null)?.eventId ?? null),
    happenings: happenings.map(({ kind, label, score, zones, answer, at, eventId }) => ({
      ...{ kind, label, score, zones, answer, eventId },
      at: new Date(at).toISOString(),
      picture: picture(eventId),
    })),
    more,
  };
}

/** The page of the dashboard that shows a happening. */
export function fragmentOf({ eventId, cameraId }: Pick<Happening, 'eventId' | 'cameraId'>): string {
  if (eventId !== null) return `#/events?event=${encodeURIComponent(eventId)}`;
  return cameraId === null ? '#/settings/health' : `#/camera/${encodeURIComponent(cameraId)}`;
}

function titleOf({ happenings, more }: NoticeFacts): string {
  const first = happenings[0] as Happening;
  const what = first.kind === 'watch' ? first.label : PHRASES[first.kind];
  const others = happenings.length - 1 + more;
  const title = first.camera === null ? what : `${first.camera}: ${what}`;
  return others === 0 ? title : `${title} and ${others} more`;
}

function messageOf({ happenings, more }: NoticeFacts): string {
  const lines = happenings.slice(0, LINES).map(lineOf);
  const left = happenings.length - lines.length + more;
  return [...lines, ...(left === 0 ? [] : [`and ${left} more`])].join('\n');
}

/** A happening in one line. */
export function lineOf(happening: Happening): string {
  const { kind, label, zones, answer, at } = happening;
  const clock = new Date(at).toTimeString().slice(0, 5);
  const where = zones.length === 0 ? '' : ` in ${zones.join(', ')}`;
  const isPlain = label === '' || label === kind;
  const said = kind === 'camera-offline' ? reasonOf(label) : label;
  const detail = kind === 'watch' ? `: ${answer ?? label}` : isPlain ? '' : `: ${said}`;
  return `${clock} ${PHRASES[kind]}${where}${detail}`;
}

/** An error code as words: `camera-wrong-credentials` is "wrong credentials". */
function reasonOf(code: string): string {
  return code.replace(/^camera-/, '').replaceAll('-', ' ');
}

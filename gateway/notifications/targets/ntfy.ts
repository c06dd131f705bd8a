/** Messages to ntfy topics (docs.ntfy.sh/publish, "Publish as JSON"). */
import type { Notice, NoticeKind } from '#shared/contract/notification.ts';
import type { OutgoingPost } from '../../deliveries/http-post.ts';
import type { StoredTarget } from '../notification.ts';

export const NTFY_SERVER = 'https://ntfy.sh';
export const NTFY_PRIORITY = 3;
/** Servers turn longer messages into attachments; bytes. */
const MAX_MESSAGE = 4000;
/** Names of emojis, as ntfy knows them. */
const TAGS: Partial<Record<NoticeKind, string>> = {
  person: 'bust_in_silhouette',
  face: 'bust_in_silhouette',
  motion: 'eyes',
  watch: 'bell',
  'camera-offline': 'no_entry',
  'camera-online': 'white_check_mark',
  'worker-back': 'white_check_mark',
  'agent-back': 'white_check_mark',
  'disk-free': 'white_check_mark',
};

export function ntfyPost(
  { server = NTFY_SERVER, topic, token, priority = NTFY_PRIORITY }: Extract<StoredTarget, { kind: 'ntfy' }>,
  notice: Notice,
): OutgoingPost {
  const { title, message, url, picture, kind } = notice;
  const body = {
    topic,
    title,
    message: shortened(message),
    priority,
    tags: [TAGS[kind as NoticeKind] ?? 'warning'],
    click: url,
    ...(picture === null ? {} : { attach: picture, filename: 'picture.jpg' }),
  };
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return {
    url: `${server.replace(/\/+$/, '')}/`,
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify(body),
  };
}

function shortened(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= MAX_MESSAGE ? text : `${bytes.subarray(0, MAX_MESSAGE).toString()}…`;
}

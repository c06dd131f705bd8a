/** Push messages to browsers; the service worker of the dashboard shows them. */
import type { Notice } from '#shared/contract/notification.ts';
import type { OutgoingPost } from '../../deliveries/http-post.ts';
import type { StoredTarget } from '../notification.ts';
import { pushPost, type VapidKeys } from './push-library.ts';

/** Of Chrome, Edge, Firefox and Safari. */
const PUSH_SERVICES =
  /(^|\.)(fcm\.googleapis\.com|notify\.windows\.com|push\.services\.mozilla\.com|push\.apple\.com)$/;

/** Whether an endpoint is at the push service of a known browser. */
export function isPushService(endpoint: string): boolean {
  const { protocol, hostname, port } = new URL(endpoint);
  return protocol === 'https:' && port === '' && PUSH_SERVICES.test(hostname);
}

/** Push services take 4096 bytes in all; the encryption needs some of them. */
const MAX_TEXT = 1000;

/**
 * Addresses in the message are relative to the dashboard: the browser knows where it got it from.
 * @param linkBase of the notification
 */
export function browserPost(
  target: Extract<StoredTarget, { kind: 'push' }>,
  notice: Notice,
  { linkBase, keys }: { linkBase: string; keys: VapidKeys },
): Promise<OutgoingPost> {
  const { title, message, url, picture, at, kind, cameraId } = notice;
  const relative = (address: string): string => address.slice(linkBase.length + 1);
  const content = {
    title: title.slice(0, MAX_TEXT / 5),
    body: message.slice(0, MAX_TEXT),
    url: relative(url),
    picture: picture === null ? null : relative(picture),
    tag: `${kind}/${cameraId ?? ''}`,
    at,
  };
  return pushPost(target, JSON.stringify(content), { ...keys, contact: contactOf(linkBase) });
}

/** Push services want to know how to reach the operator; an address of this machine is no answer. */
function contactOf(linkBase: string): string {
  const { protocol, hostname, origin } = new URL(linkBase);
  return protocol === 'https:' ? origin : `mailto:gateway@${hostname.replace(/[[\]]/g, '')}`;
}

/** The door to `web-push`: encryption (RFC 8291) and identification (RFC 8292) of push messages. */
import type { NotificationTarget } from '#shared/contract/notification.ts';
import type { OutgoingPost } from '../../deliveries/http-post.ts';

/** Keys by which push services know this gateway, base64url. */
export interface VapidKeys {
  publicKey: string;
  privateKey: string;
}

/** New keys. */
export async function makeVapidKeys(): Promise<VapidKeys> {
  const { default: library } = await import('web-push');
  return library.generateVAPIDKeys();
}

/** How long a push service keeps a message for a browser that is away, seconds. */
const TTL_S = 4 * 60 * 60;

/**
 * The request that brings a message to a browser.
 * @param contact of the operator: `https:` or `mailto:` @throws Error for keys that are none
 */
export async function pushPost(
  { endpoint, keys }: Extract<NotificationTarget, { kind: 'push' }>,
  message: string,
  vapid: VapidKeys & { contact: string },
): Promise<OutgoingPost> {
  const { default: library } = await import('web-push');
  const details = library.generateRequestDetails({ endpoint, keys }, message, {
    vapidDetails: { subject: vapid.contact, publicKey: vapid.publicKey, privateKey: vapid.privateKey },
    TTL: TTL_S,
    contentEncoding: 'aes128gcm',
    urgency: 'high',
  });
  const headers = Object.entries(details.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { url: endpoint, headers: Object.fromEntries(headers), body: details.body as Buffer };
}

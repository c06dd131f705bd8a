/** This browser as a target of notifications (Push API, Notifications API). */

/** Whether this browser can be told, and if not, why. */
export type PushState = 'ready' | 'subscribed' | 'denied' | 'insecure' | 'unsupported';

export const PUSH_WORDS: Readonly<Record<PushState, string>> = {
  ready: 'This browser can show notices, even while this page is closed.',
  subscribed: 'This browser is told.',
  denied:
    'This browser blocks notifications of this page. Allow them in its settings for this site, then reload.',
  insecure: 'Browsers take notices over HTTPS only. Open this page by an https:// address.',
  unsupported:
    'This browser cannot show notices. On an iPhone or iPad, add this page to the home screen first.',
};
/** Relative to the page: its scope is the folder of the dashboard. */
const WORKER = 'dashboard/service-worker.js';

/** @param hashes of the endpoints that the gateway knows */
export async function pushState(hashes: readonly string[]): Promise<PushState> {
  if (!window.isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window))
    return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  const hash = await subscriptionHash();
  return hash !== undefined && hashes.includes(hash) ? 'subscribed' : 'ready';
}

/**
 * Asks the user and subscribes.
 * @param key of the gateway, base64url @returns the target, undefined if the user said no @throws Error of the push service
 */
export async function subscribe(key: string): Promise<object | undefined> {
  if ((await Notification.requestPermission()) !== 'granted') return undefined;
  const registration = await readyRegistration();
  // A subscription with another key is of no use.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const { endpoint, keys } = (await registration.pushManager.subscribe(options)).toJSON();
  return { kind: 'push', endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } };
}

/** Ends the subscription of this browser if it is the one with this hash. */
export async function unsubscribe(hash: string): Promise<void> {
  const subscription = await currentSubscription();
  if (subscription !== undefined && (await hashOf(subscription.endpoint)) === hash)
    await subscription.unsubscribe();
}

/** SHA-256 of the endpoint of this browser, hex. */
async function subscriptionHash(): Promise<string | undefined> {
  const subscription = await currentSubscription();
  return subscription && hashOf(subscription.endpoint);
}

async function currentSubscription(): Promise<PushSubscription | undefined> {
  const registration = await navigator.serviceWorker?.getRegistration(new URL(WORKER, document.baseURI).href);
  return (await registration?.pushManager?.getSubscription()) ?? undefined;
}

/** A worker must be active before it can subscribe; `ready` would wait for one that controls this page. */
async function readyRegistration(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(WORKER);
  const worker = registration.installing ?? registration.waiting;
  if (registration.active === null && worker !== null)
    await new Promise<void>((resolve) => {
      worker.addEventListener('statechange', () => {
        if (worker.state === 'activated') resolve();
      });
    });
  return registration;
}

async function hashOf(endpoint: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

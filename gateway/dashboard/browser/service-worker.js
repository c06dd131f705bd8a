/** Shows notices of the gateway, also while its page is closed. A click opens what the notice is about. */

self.addEventListener('push', (event) => {
  const notice = event.data?.json() ?? {};
  const { title = 'Camera Gateway', body = '', url = '', picture = null, tag, at } = notice;
  const options = {
    body,
    tag,
    renotify: tag !== undefined,
    timestamp: at === undefined ? Date.now() : Date.parse(at),
    icon: here('dashboard/icon-192.png'),
    data: { url },
    ...(picture === null ? {} : { image: here(picture) }),
  };
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(here(event.notification.data?.url ?? '')));
});

/** An address relative to the page of the gateway. */
function here(address) {
  return new URL(address, new URL('..', self.registration.scope)).href;
}

/** Leads an open page there, or opens one. */
async function open(address) {
  const page = new URL('.', address).href;
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const found = windows.find(({ url }) => url.split('#')[0] === page);
  if (found === undefined) return self.clients.openWindow(address);
  // A page outside of the scope of this worker cannot be navigated by it.
  found.postMessage({ open: address });
  return found.focus();
}

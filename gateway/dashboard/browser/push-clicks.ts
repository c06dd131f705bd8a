/** Follows clicks on notices: the service worker tells which page they are about. */
export function followClicks(): void {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  workers?.addEventListener('message', ({ data }: MessageEvent<{ open?: unknown } | null>) => {
    if (typeof data?.open === 'string') location.hash = new URL(data.open).hash;
  });
  workers?.startMessages();
}

/** Starts the page: listens, draws, routes. */
import { render } from 'lit-html';
import { announceChanges } from './announcements.ts';
import { App } from './app-state.ts';
import { CameraPicture } from './elements/camera-picture.ts';
import { CameraView } from './elements/camera-view.ts';
import { parseRoute } from './router.ts';
import { listenToStatus } from './status-feed.ts';
import { applyTheme } from './theme.ts';
import { AskPanel } from './views/ask-panel.ts';
import { CameraEvents } from './views/camera-events.ts';
import { CameraForm } from './views/camera-form.ts';
import { CameraPage } from './views/camera-page.ts';
import { DeliveriesPage } from './views/deliveries-page.ts';
import { DevicesPage } from './views/devices-page.ts';
import { EventsPage } from './views/events-page.ts';
import { PtzPanel } from './views/ptz-panel.ts';
import { shell, titleOf } from './views/shell.ts';
import { UploadForm } from './views/upload-form.ts';

const ELEMENTS: Record<string, CustomElementConstructor> = {
  'ask-panel': AskPanel,
  'camera-events': CameraEvents,
  'camera-form': CameraForm,
  'camera-page': CameraPage,
  'camera-picture': CameraPicture,
  'camera-view': CameraView,
  'deliveries-page': DeliveriesPage,
  'devices-page': DevicesPage,
  'events-page': EventsPage,
  'ptz-panel': PtzPanel,
  'upload-form': UploadForm,
};

const TICK_MS = 1000;

function start(root: HTMLElement): void {
  let isDrawingWanted = false;
  // Batches changes; a page in the background is drawn when it becomes visible.
  const draw = (): void => {
    if (isDrawingWanted) return;
    isDrawingWanted = true;
    setTimeout(() => {
      isDrawingWanted = false;
      document.title = titleOf(app);
      render(shell(app), root);
    }, 0);
  };
  const app = new App(draw);
  const announceNews = announceChanges(app);
  CameraPicture.client = app.client;
  CameraView.client = app.client;
  for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
  applyTheme();
  listenToStatus(app.base, {
    onState: (gateway, clockOffset) => {
      app.set({ gateway, hasState: true, clockOffset });
      announceNews();
    },
    onHeard: () => {
      app.state.heardAt = Date.now();
    },
    onReach: (reach) => {
      if (reach !== app.state.reach) app.set({ reach });
    },
  });
  addEventListener('hashchange', () => {
    app.set({ route: parseRoute(location.hash) });
    scrollTo(0, 0);
    // After drawing, so that screen readers announce the new page.
    setTimeout(() => root.querySelector<HTMLElement>('h1')?.focus(), 0);
  });
  // Ages and countdowns change without messages.
  setInterval(() => {
    if (!document.hidden) draw();
  }, TICK_MS);
  void app.learnAccess();
  draw();
}

start(document.getElementById('app') as HTMLElement);

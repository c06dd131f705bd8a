/** Starts the page: listens, draws, routes. */
import { render } from 'lit-html';
import { announceChanges } from './announcements.ts';
import { App } from './app-state.ts';
import { PageOutlet } from './page-outlet.ts';
import { PAGE_IDS } from './pages.ts';
import { followClicks } from './push-clicks.ts';
import { parseRoute } from './router.ts';
import { listenToStatus } from './status-feed.ts';
import { applyTheme } from './theme.ts';
import { shell, titleOf } from './views/shell.ts';

const TICK_MS = 1000;
/** After the first pictures: other pages then open immediately, even while the gateway is away. */
const PRELOAD_MS = 4000;

function start(root: HTMLElement): void {
  let isDrawingWanted = false;
  let isDrawn = false;
  let isHeadingNew = false;
  let scrollAfter = 0;
  // Batches changes; a page in the background is drawn when it becomes visible.
  const draw = (): void => {
    if (isDrawingWanted) return;
    isDrawingWanted = true;
    setTimeout(() => {
      isDrawingWanted = false;
      document.title = titleOf(app);
      // What the file itself shows until now.
      if (!isDrawn) root.replaceChildren();
      isDrawn = true;
      render(shell(app, outlet), root);
      if (isHeadingNew && focusHeading(root)) {
        isHeadingNew = false;
        scrollTo(0, scrollAfter);
      }
    }, 0);
  };
  const app = new App(draw);
  const outlet = new PageOutlet(draw);
  const announceNews = announceChanges(app);
  applyTheme();
  followClicks();
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
  const keepScroll = rememberScroll();
  addEventListener('hashchange', () => {
    app.set({ route: parseRoute(location.hash) });
    isHeadingNew = true;
    scrollAfter = keepScroll();
  });
  // Ages and countdowns change without messages.
  setInterval(() => {
    if (!document.hidden) draw();
  }, TICK_MS);
  setTimeout(() => void Promise.all(PAGE_IDS.map((page) => outlet.load(page))), PRELOAD_MS);
  void app.learnAccess();
  draw();
}

/** Lets screen readers announce a new page, once it is loaded and drawn. */
function focusHeading(root: HTMLElement): boolean {
  const heading = root.querySelector<HTMLElement>('h1');
  heading?.focus({ preventScroll: true });
  root.querySelector('.tab[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  return heading !== null;
}

/** The wall of cameras stays where it was scrolled to; other pages begin at the top. */
function rememberScroll(): () => number {
  history.scrollRestoration = 'manual';
  const kept = new Map<string, number>();
  let shown = parseRoute(location.hash).page;
  return () => {
    kept.set(shown, scrollY);
    shown = parseRoute(location.hash).page;
    return shown === 'cameras' ? (kept.get(shown) ?? 0) : 0;
  };
}

start(document.getElementById('app') as HTMLElement);

/** The frame around every page: navigation, connection state, theme. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { keyed } from 'lit-html/directives/keyed.js';
import type { App } from '../app-state.ts';
import { duration } from '../format.ts';
import { hrefOf, type Route } from '../router.ts';
import { chosenTheme, nextTheme } from '../theme.ts';
import { camerasPage, troubledCameras } from './cameras-page.ts';
import { type IconName, icon } from './icons.ts';
import { systemPage, troubledWorkers } from './system-page.ts';

const PAGES: { page: Route['page']; name: string; icon: IconName }[] = [
  { page: 'cameras', name: 'Cameras', icon: 'cameras' },
  { page: 'events', name: 'Events', icon: 'events' },
  { page: 'deliveries', name: 'Deliveries', icon: 'deliveries' },
  { page: 'devices', name: 'Devices', icon: 'devices' },
  { page: 'system', name: 'System', icon: 'system' },
];
/** Pages below another one in the navigation. */
const PARENTS: Partial<Record<Route['page'], Route['page']>> = {
  camera: 'cameras',
  add: 'cameras',
  edit: 'cameras',
  upload: 'cameras',
};
const THEME_NAMES = { auto: 'System', light: 'Light', dark: 'Dark' };

/** The whole page. */
export function shell(app: App): TemplateResult {
  return html`
    <a class="skip-link" href="#main" @click=${skipToMain}>Skip to content</a>
    <div class="shell">
      <nav class="nav" aria-label="Pages">
        <a class="brand" href=${hrefOf('cameras')}>
          <img src="dashboard/icon.svg" alt="" width="28" height="28" /><span>Camera Gateway</span>
        </a>
        <ul>${PAGES.filter(({ page }) => app.canChange || page !== 'deliveries').map((entry) => navItem(app, entry))}</ul>
        <div class="nav-end">${signOutButton(app)}${themeButton(app)}</div>
      </nav>
      <main id="main" tabindex="-1">
        ${connectionBanner(app)}
        <fieldset class="page" ?disabled=${app.isGone} ?data-gone=${app.isGone}>${keyed(`${app.state.route.page}/${app.state.route.cameraId}`, page(app))}</fieldset>
      </main>
    </div>
  `;
}

/** The title of the window. */
export function titleOf({ state: { route, gateway } }: App): string {
  const camera = gateway.cameras.get(route.cameraId);
  if (camera !== undefined) return `${camera.name} · Camera Gateway`;
  const name = PAGES.find(({ page }) => page === (PARENTS[route.page] ?? route.page))?.name;
  return `${name} · Camera Gateway`;
}

function navItem(app: App, { page, name, icon: symbol }: (typeof PAGES)[number]): TemplateResult {
  const { route } = app.state;
  const isCurrent = (PARENTS[route.page] ?? route.page) === page;
  const number = badgeOf(app, page);
  return html`<li>
    <a href=${hrefOf(page)} aria-current=${isCurrent ? 'page' : nothing}>
      ${icon(symbol)}<span class="nav-name">${name}</span>
      ${number === 0 ? nothing : html`<span class="badge">${number}<span class="visually-hidden"> need attention</span></span>`}
    </a>
  </li>`;
}

/** Number of items on a page that need attention. */
function badgeOf(app: App, page: Route['page']): number {
  if (app.isGone) return 0;
  if (page === 'cameras') return troubledCameras(app).length;
  if (page === 'deliveries') return app.state.gateway.services.deliveries?.counts?.parked ?? 0;
  return page === 'system' ? troubledWorkers(app).length : 0;
}

function themeButton(app: App): TemplateResult {
  const theme = THEME_NAMES[chosenTheme()];
  const change = (): void => {
    app.announce(`Colours: ${THEME_NAMES[nextTheme()]}`);
    app.redraw();
  };
  return html`<button class="nav-button" type="button" @click=${change} title="Colours: ${theme}" aria-label="Colours: ${theme}. Change">
    ${icon('theme')}<span class="nav-name">${theme}</span>
  </button>`;
}

/** Shown only after a sign-in: on the gateway's own machine none is needed. */
function signOutButton(app: App): TemplateResult | typeof nothing {
  if (app.state.access?.kind !== 'session') return nothing;
  const signOut = async (): Promise<void> => {
    await fetch('api/auth/logout', { method: 'POST' }).catch(() => {});
    location.assign('signin');
  };
  return html`<button class="nav-button" type="button" @click=${() => void signOut()}>
    ${icon('leave')}<span class="nav-name">Sign out</span>
  </button>`;
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function connectionBanner({ isGone, state: { reach, heardAt } }: App): TemplateResult | typeof nothing {
  if (!isGone) return nothing;
  const since =
    heardAt === 0 ? '' : ` Last heard from ${duration(Math.round((Date.now() - heardAt) / 1000))} ago.`;
  const [title, text] =
    reach === 'signed-out'
      ? ['Signed out', html`<a href="signin${location.hash}">Sign in again</a> to come back to this page.`]
      : [
          'The gateway does not answer',
          `What is shown may have changed.${since} Reconnecting every few seconds.`,
        ];
  return html`<div class="banner" role="alert">${icon('alert')}<div><strong>${title}.</strong> ${text}</div></div>`;
}

function page(app: App): TemplateResult {
  const { route } = app.state;
  const drawnAt = Date.now();
  switch (route.page) {
    case 'camera':
      return html`<camera-page .app=${app} .drawnAt=${drawnAt}></camera-page>`;
    case 'add':
    case 'edit':
      return html`<camera-form .app=${app} .drawnAt=${drawnAt}></camera-form>`;
    case 'upload':
      return html`<upload-form .app=${app} .drawnAt=${drawnAt}></upload-form>`;
    case 'events':
      return html`<events-page .app=${app} .drawnAt=${drawnAt}></events-page>`;
    case 'deliveries':
      return html`<deliveries-page .app=${app} .drawnAt=${drawnAt}></deliveries-page>`;
    case 'devices':
      return html`<devices-page .app=${app} .drawnAt=${drawnAt}></devices-page>`;
    case 'system':
      return systemPage(app);
    default:
      return camerasPage(app);
  }
}

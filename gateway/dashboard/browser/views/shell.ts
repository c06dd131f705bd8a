/** The frame around every page: navigation, connection state, access. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { App } from '../app-state.ts';
import { duration } from '../format.ts';
import type { PageOutlet } from '../page-outlet.ts';
import { isOpenTo, navigationOf, PAGES, type PageRow } from '../pages.ts';
import { hrefOf, type PageId } from '../router.ts';
import { icon } from './icons.ts';
import { emptyState, pageHead, problem } from './page-parts.ts';

const PRODUCT = 'Camera Gateway';

/** The whole page. */
export function shell(app: App, outlet: PageOutlet): TemplateResult {
  const isSettings = PAGES[app.state.route.page].nav === 'settings';
  return html`
    <a class="skip-link" href="#main" @click=${skipToMain}>Skip to content</a>
    <div class="shell">
      <nav class="nav" aria-label="Pages">
        <a class="brand" href=${hrefOf('cameras')}>
          <img src="dashboard/icon.svg" alt="" width="28" height="28" /><span>${PRODUCT}</span>
        </a>
        <ul>${navigationOf(app, 'main').map((id) => mainItem(app, id))}${settingsItem(app, isSettings)}</ul>
        <div class="nav-end">${roleBadge(app)}<a class="nav-button" href="docs">${icon('docs')}<span class="nav-name">API</span></a>${signOutButton(app)}</div>
      </nav>
      <main id="main" tabindex="-1">
        ${connectionBanner(app)}
        ${isSettings ? settingsTabs(app) : nothing}
        <fieldset class="page" ?disabled=${app.isGone} ?data-gone=${app.isGone}>${page(app, outlet)}</fieldset>
      </main>
    </div>
  `;
}

/** The title of the window. */
export function titleOf({ state: { route, gateway } }: App): string {
  const camera = gateway.cameras.get(route.cameraId);
  return `${camera?.name ?? PAGES[route.page].title} · ${PRODUCT}`;
}

function page(app: App, outlet: PageOutlet): unknown {
  const { page: id } = app.state.route;
  const { title } = PAGES[id];
  if (!isOpenTo(app, PAGES[id]))
    return app.state.access === undefined ? nothing : forAdministrators(app, title);
  const element = outlet.show(app);
  if (element !== undefined) return element;
  if (!outlet.hasFailed(id)) return nothing;
  return html`${pageHead(title)}${problem('This page could not be loaded', 'The gateway may have been updated or does not answer.')}
    <button class="button" type="button" @click=${() => location.reload()}>${icon('retry')}Reload</button>`;
}

function forAdministrators(app: App, title: string): TemplateResult {
  return html`${pageHead(title)}${emptyState(
    'leave',
    'For administrators',
    `You are signed in as ${app.canAct ? 'an operator' : 'a viewer'}. Ask an administrator to change cameras.`,
    html`<a class="button" href=${hrefOf('cameras')}>All cameras</a>`,
  )}`;
}

function mainItem(app: App, id: PageId): TemplateResult {
  const row = PAGES[id];
  const { page: current } = app.state.route;
  const isCurrent = current === id || PAGES[current].under === id;
  return navItem({ ...row, href: hrefOf(id), isCurrent, badge: badgeOf(app, id) });
}

/** Leads to the first page of the settings; its badge counts those of all of them. */
function settingsItem(app: App, isCurrent: boolean): TemplateResult | typeof nothing {
  const pages = navigationOf(app, 'settings');
  const [first] = pages;
  if (first === undefined) return nothing;
  const badge = pages.reduce((sum, id) => sum + badgeOf(app, id), 0);
  return navItem({ title: 'Settings', icon: 'settings', href: hrefOf(first), isCurrent, badge });
}

function navItem({
  title,
  icon: symbol = 'settings',
  href,
  isCurrent,
  badge,
}: Pick<PageRow, 'title' | 'icon'> & {
  href: string;
  isCurrent: boolean;
  badge: number;
}): TemplateResult {
  return html`<li>
    <a href=${href} aria-current=${isCurrent ? 'page' : nothing}>
      ${icon(symbol)}<span class="nav-name">${title}</span>${badgeView(badge)}
    </a>
  </li>`;
}

function settingsTabs(app: App): TemplateResult {
  const { page: current } = app.state.route;
  return html`<nav class="tabs" aria-label="Settings"><ul>
    ${navigationOf(app, 'settings').map(
      (id) => html`<li>
        <a class="tab" href=${hrefOf(id)} aria-current=${current === id ? 'page' : nothing}>${PAGES[id].title}${badgeView(badgeOf(app, id))}</a>
      </li>`,
    )}
  </ul></nav>`;
}

/** What needs attention on a page; unknown while the gateway is gone. */
function badgeOf(app: App, id: PageId): number {
  return app.isGone ? 0 : (PAGES[id].badge?.(app) ?? 0);
}

function badgeView(number: number): TemplateResult | typeof nothing {
  if (number === 0) return nothing;
  return html`<span class="badge">${number}<span class="visually-hidden"> need attention</span></span>`;
}

function roleBadge(app: App): TemplateResult | typeof nothing {
  const { role } = app.state.access ?? {};
  if (role === 'viewer')
    return html`<span class="role" title="You may look but not change">${icon('eye')}Viewer</span>`;
  if (role === 'operator')
    return html`<span class="role" title="You may look, ask and move cameras">${icon('eye')}Operator</span>`;
  return nothing;
}

/** Shown only after a sign-in: on the gateway's own machine none is needed. */
function signOutButton(app: App): TemplateResult | typeof nothing {
  if (!app.hasSession) return nothing;
  return html`<button class="nav-button" type="button" @click=${() => void app.signOut()}>
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

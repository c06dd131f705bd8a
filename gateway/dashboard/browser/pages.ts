/**
 * Every page of the dashboard. A page is one row here, its path in `router.ts` and one view file: title,
 * place in the navigation and access come from the row; its module is loaded when the page is first opened.
 */
import type { App } from './app-state.ts';
import { troubledCameras } from './camera-entries.ts';
import { failingProviders } from './reasoning-state.ts';
import type { PageId } from './router.ts';
import type { IconName } from './views/icons.ts';
import { troubledWorkers } from './worker-words.ts';

/** Elements that a page's module brings, by tag; defined when the module is loaded. */
export interface PageModule {
  ELEMENTS: Readonly<Record<string, CustomElementConstructor>>;
}

/** A page. */
export interface PageRow {
  /** Tag of its element; the element gets `app` and is drawn with it. */
  element: `${string}-${string}`;
  load: () => Promise<PageModule>;
  /** Name in the navigation and the title of the window. */
  title: string;
  /** Place in the navigation; without one the page is reached by links only. */
  nav?: 'main' | 'settings';
  icon?: IconName;
  /** Entry of the navigation that is current on a page without a place of its own. */
  under?: PageId;
  /** Role that may open it; default: every signed-in user. */
  role?: 'operator' | 'admin';
  /** Keeps its element when only its parameters change: it goes on in full screen. */
  isReused?: boolean;
  /** Left out of the navigation while false: a part that is not configured. */
  isConfigured?: (app: App) => boolean;
  /** Number of things that need attention. */
  badge?: (app: App) => number;
}

/** By id, in the order of the navigation. */
export const PAGES: Readonly<Record<PageId, PageRow>> = {
  cameras: {
    element: 'cameras-page',
    load: () => import('./views/cameras-page.ts'),
    title: 'Cameras',
    nav: 'main',
    icon: 'cameras',
    badge: (app) => troubledCameras(app).length,
  },
  camera: {
    element: 'camera-page',
    load: () => import('./views/camera-page.ts'),
    title: 'Camera',
    under: 'cameras',
    isReused: true,
  },
  edit: {
    element: 'camera-form',
    load: () => import('./views/camera-form.ts'),
    title: 'Edit camera',
    under: 'cameras',
    role: 'admin',
  },
  use: {
    element: 'use-page',
    load: () => import('./views/use-page.ts'),
    title: 'Use in an app',
    under: 'cameras',
  },
  zones: {
    element: 'zones-page',
    load: () => import('./views/zones-page.ts'),
    title: 'Zones',
    under: 'cameras',
  },
  add: {
    element: 'camera-add',
    load: () => import('./views/camera-add.ts'),
    title: 'Add camera',
    under: 'cameras',
    role: 'admin',
  },
  addByHand: {
    element: 'camera-form',
    load: () => import('./views/camera-form.ts'),
    title: 'Add camera by its path',
    under: 'cameras',
    role: 'admin',
  },
  upload: {
    element: 'upload-form',
    load: () => import('./views/upload-form.ts'),
    title: 'Upload a video',
    under: 'cameras',
    role: 'admin',
  },
  ask: {
    element: 'ask-page',
    load: () => import('./views/ask-page.ts'),
    title: 'Ask',
    nav: 'main',
    icon: 'ask',
  },
  watches: {
    element: 'watches-page',
    load: () => import('./views/watches-page.ts'),
    title: 'Watches',
    nav: 'main',
    icon: 'eye',
    badge: ({ state }) => state.gateway.services.watches?.failing ?? 0,
  },
  watchNew: {
    element: 'watch-editor',
    load: () => import('./views/watch-editor.ts'),
    title: 'New watch',
    under: 'watches',
    role: 'admin',
  },
  watchEdit: {
    element: 'watch-editor',
    load: () => import('./views/watch-editor.ts'),
    title: 'Edit watch',
    under: 'watches',
    role: 'admin',
  },
  events: {
    element: 'events-page',
    load: () => import('./views/events-page.ts'),
    title: 'Events',
    nav: 'main',
    icon: 'events',
  },
  timeline: {
    element: 'timeline-page',
    load: () => import('./views/timeline-page.ts'),
    title: 'Timeline',
    under: 'events',
    isReused: true,
  },
  health: {
    element: 'health-page',
    load: () => import('./views/health-page.ts'),
    title: 'Health',
    nav: 'settings',
    isConfigured: (app) => !app.isLimited,
    badge: (app) => troubledWorkers(app).length,
  },
  reasoning: {
    element: 'reasoning-page',
    load: () => import('./views/reasoning-page.ts'),
    title: 'Reasoning',
    nav: 'settings',
    role: 'admin',
    badge: ({ state }) => failingProviders(state.gateway.services),
  },
  detection: {
    element: 'detection-page',
    load: () => import('./views/detection-page.ts'),
    title: 'Detection',
    nav: 'settings',
    role: 'admin',
  },
  deliveries: {
    element: 'deliveries-page',
    load: () => import('./views/deliveries-page.ts'),
    title: 'Deliveries',
    nav: 'settings',
    role: 'admin',
    isConfigured: ({ state }) => state.gateway.services.deliveries?.isConfigured === true,
    badge: ({ state }) => state.gateway.services.deliveries?.counts?.parked ?? 0,
  },
  devices: {
    element: 'devices-page',
    load: () => import('./views/devices-page.ts'),
    title: 'Devices',
    nav: 'settings',
    isConfigured: ({ state }) => state.gateway.services.mediamtx !== undefined,
  },
  notifications: {
    element: 'notifications-page',
    load: () => import('./views/notifications-page.ts'),
    title: 'Notifications',
    nav: 'settings',
  },
  keys: {
    element: 'keys-page',
    load: () => import('./views/keys-page.ts'),
    title: 'App and tokens',
    nav: 'settings',
    role: 'admin',
  },
  agents: {
    element: 'agents-page',
    load: () => import('./views/agents-page.ts'),
    title: 'Agents',
    nav: 'settings',
    role: 'admin',
  },
  appearance: {
    element: 'appearance-page',
    load: () => import('./views/appearance-page.ts'),
    title: 'Appearance',
    nav: 'settings',
  },
  logs: {
    element: 'logs-page',
    load: () => import('./views/logs-page.ts'),
    title: 'Logs',
    nav: 'settings',
    role: 'admin',
  },
};

/** Ids in the order of the navigation. */
export const PAGE_IDS = Object.keys(PAGES) as PageId[];

/** Whether the user may open a page. */
export function isOpenTo(app: App, { role }: PageRow): boolean {
  return role === undefined || (role === 'admin' ? app.canChange : app.canAct);
}

/** Pages of a part of the navigation that the user sees. */
export function navigationOf(app: App, part: 'main' | 'settings'): PageId[] {
  return PAGE_IDS.filter((id) => {
    const row = PAGES[id];
    return row.nav === part && isOpenTo(app, row) && (row.isConfigured?.(app) ?? true);
  });
}

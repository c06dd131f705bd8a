/** The page's model: one object, changed in one place, drawn after every change. */

import { GatewayClient } from '#shared/client/client.ts';
import { HttpClient } from '#shared/client/http-client.ts';
import type { FetchLike } from '#shared/client/platform.ts';
import { NotificationCalls } from './notification-calls.ts';
import { parseRoute, type Route } from './router.ts';
import { emptyState, type GatewayState } from './status.ts';
import type { Reach } from './status-feed.ts';

const UNAUTHORIZED = 401;
const AGAIN_MS = 2000;

/** Input of all views. */
export interface AppState {
  route: Route;
  gateway: GatewayState;
  hasState: boolean;
  reach: Reach;
  /** Last sign of life of the gateway, Unix milliseconds of this device; 0 before the first. */
  heardAt: number;
  /** Offset from this device's clock to the gateway's, milliseconds. */
  clockOffset: number;
  /** Access of the user; undefined while unknown. */
  access: Access | undefined;
}

/** Response of `GET /api/auth`. */
export interface Access {
  role: 'admin' | 'operator' | 'viewer' | null;
  /** How the role was proved: `session` after a sign-in here. */
  kind: string | null;
  /** The only cameras that exist for the user, where the key is limited to some. */
  cameras?: string[];
}

/** The page's model. */
export class App {
  /** Address of the gateway, with its path prefix. */
  readonly base = new URL('.', document.baseURI).href.replace(/\/$/, '');
  readonly client = new GatewayClient({ baseUrl: this.base, fetch: (url, init) => this.#fetch(url, init) });
  /** Who is told of what. */
  readonly notifications = new NotificationCalls(
    new HttpClient({ baseUrl: this.base, fetch: (url, init) => this.#fetch(url, init) }),
  );
  readonly #draw: () => void;
  state: AppState = {
    route: parseRoute(location.hash),
    gateway: emptyState(),
    hasState: false,
    reach: 'connecting',
    heardAt: 0,
    clockOffset: 0,
    access: undefined,
  };

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** The gateway's clock, Unix milliseconds. */
  get now(): number {
    return Date.now() + this.state.clockOffset;
  }

  /** Whether the gateway or the session is gone: what is shown is no longer known to be true. */
  get isGone(): boolean {
    return ['lost', 'signed-out'].includes(this.state.reach);
  }

  /** Whether the user may change things, once that is known; the gateway checks in any case. */
  get canChange(): boolean {
    return this.state.access?.role === 'admin' && !this.isLimited;
  }

  /** Whether the user signed in with a key for some cameras: the gateway tells nothing about all of them then. */
  get isLimited(): boolean {
    return this.state.access?.cameras !== undefined;
  }

  /** Whether the user may ask and move cameras, once that is known. */
  get canAct(): boolean {
    return ['admin', 'operator'].includes(this.state.access?.role ?? '');
  }

  /** Whether the user signed in here; on the gateway's own machine no sign-in is needed. */
  get hasSession(): boolean {
    return this.state.access?.kind === 'session';
  }

  /** Ends the session and leads to the sign-in. */
  async signOut(): Promise<void> {
    await fetch(`${this.base}/api/auth/logout`, { method: 'POST' }).catch(() => {});
    location.assign('signin');
  }

  /** A session that ended shows as such whichever request finds out. */
  async #fetch(...[url, init]: Parameters<FetchLike>): ReturnType<FetchLike> {
    const response = await globalThis.fetch(url, init);
    if (response.status === UNAUTHORIZED) this.set({ reach: 'signed-out' });
    return response;
  }

  /** Asks for the user's access until the gateway tells it: before, nothing can be changed here. */
  async learnAccess(): Promise<void> {
    const response = await fetch(`${this.base}/api/auth`).catch(() => undefined);
    if (response?.ok === true) this.set({ access: (await response.json()) as Access });
    else setTimeout(() => void this.learnAccess(), AGAIN_MS);
  }

  /** Applies a change and draws. */
  set(change: Partial<AppState>): void {
    this.state = { ...this.state, ...change };
    this.#draw();
  }

  /** Draws after a change inside a view. */
  redraw(): void {
    this.#draw();
  }

  /** Announces a text to screen readers. */
  announce(text: string): void {
    const announcer = document.getElementById('announcer');
    if (announcer !== null) announcer.textContent = text;
  }
}

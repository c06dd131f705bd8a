/** What the page knows and shows; one object, changed in one place, drawn anew after every change. */
import { GatewayClient } from '#shared/client/client.ts';
import { parseRoute, type Route } from './router.ts';
import { emptyState, type GatewayState } from './status.ts';
import type { Reach } from './status-feed.ts';

/** Everything that views are drawn from. */
export interface AppState {
  route: Route;
  gateway: GatewayState;
  hasState: boolean;
  reach: Reach;
  /** What to add to this device's clock for the gateway's, milliseconds. */
  clockOffset: number;
  /** Who looks; undefined while that is not known. */
  access: Access | undefined;
}

/** What `GET /api/auth` answers. */
export interface Access {
  role: 'admin' | 'viewer' | null;
  /** How the role was proved: `session` for somebody who signed in here. */
  kind: string | null;
}

/** The page's model. */
export class App {
  /** Address of the gateway, with the prefix under which it is reached. */
  readonly base = new URL('.', document.baseURI).href.replace(/\/$/, '');
  readonly client = new GatewayClient({ baseUrl: this.base });
  readonly #draw: () => void;
  state: AppState = {
    route: parseRoute(location.hash),
    gateway: emptyState(),
    hasState: false,
    reach: 'connecting',
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

  /** Whether whoever looks may change things; the gateway checks in any case. */
  get canChange(): boolean {
    return this.state.access?.role !== 'viewer';
  }

  /** Finds out who looks. */
  async learnAccess(): Promise<void> {
    const response = await fetch(`${this.base}/api/auth`).catch(() => undefined);
    if (response?.ok === true) this.set({ access: (await response.json()) as Access });
  }

  /** Changes something and draws. */
  set(change: Partial<AppState>): void {
    this.state = { ...this.state, ...change };
    this.#draw();
  }

  /** Draws; something that a view keeps to itself has changed. */
  redraw(): void {
    this.#draw();
  }

  /** Says something to people who do not see the page. */
  announce(text: string): void {
    const announcer = document.getElementById('announcer');
    if (announcer !== null) announcer.textContent = text;
  }
}

/** Where the client runs, and what it may use there: React Native, a browser or Node. */

/** The part of a WebSocket that frames need; each platform declares its own kinds of events, hence `never`. */
export interface SocketLike {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** `AppState` of React Native. */
export interface AppStateLike {
  readonly currentState: string;
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}

/** Calls with whether there is a network, whenever that changes. @returns the function that ends it */
export type NetworkWatch = (listener: (isOnline: boolean) => void) => () => void;

export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

interface PageEvents {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** What differs between platforms; looked up when used, so that importing has no effect. */
interface Surroundings extends Partial<PageEvents> {
  navigator?: { product?: string };
  process?: { versions?: { node?: string } };
  document?: PageEvents & { visibilityState: string };
  WebSocket?: new (url: string, ...options: unknown[]) => SocketLike;
}

function surroundings(): Surroundings {
  return globalThis as unknown as Surroundings;
}

/** Whether this is React Native, as its documentation says to find out. */
export function isReactNative(): boolean {
  return surroundings().navigator?.product === 'ReactNative';
}

/** Whether a WebSocket takes headers here; browsers let none be set. */
export function socketsSendHeaders(): boolean {
  return isReactNative() || surroundings().process?.versions?.node !== undefined;
}

/** Opens a socket. @param headers empty where {@link socketsSendHeaders} says no */
export function openSocket(url: string, headers: Record<string, string>): SocketLike {
  const { WebSocket } = surroundings();
  if (WebSocket === undefined) throw new Error('There is no WebSocket here; pass one as `openSocket`');
  if (Object.keys(headers).length === 0) return new WebSocket(url);
  return isReactNative() ? new WebSocket(url, undefined, { headers }) : new WebSocket(url, { headers });
}

/** Whether somebody can see us now, and word when that changes. */
export interface Visibility {
  isVisible(): boolean;
  onChange(listener: () => void): () => void;
}

/** From AppState where it is given, else from the page, else always visible. */
export function watchVisibility(appState: AppStateLike | undefined): Visibility {
  if (appState !== undefined) {
    return {
      // `inactive` is a passing state of iOS: a notification, the control centre.
      isVisible: () => appState.currentState !== 'background',
      onChange: (listener) => {
        const subscription = appState.addEventListener('change', () => listener());
        return () => subscription.remove();
      },
    };
  }
  const { document } = surroundings();
  if (document === undefined || isReactNative()) return { isVisible: () => true, onChange: () => () => {} };
  return {
    isVisible: () => document.visibilityState !== 'hidden',
    onChange: (listener) => listen(document, 'visibilitychange', listener),
  };
}

/** The browser's own word on the network; nothing elsewhere. */
export const watchPageNetwork: NetworkWatch = (listener) => {
  const page = surroundings();
  if (page.document === undefined || page.addEventListener === undefined) return () => {};
  const ends = [
    listen(page as PageEvents, 'online', () => listener(true)),
    listen(page as PageEvents, 'offline', () => listener(false)),
  ];
  return () => {
    for (const end of ends) end();
  };
};

function listen(target: PageEvents, type: string, listener: () => void): () => void {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}

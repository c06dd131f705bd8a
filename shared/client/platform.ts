/** Platform features: React Native, browser or Node. */

/** The used part of a WebSocket; each platform declares its own event types, hence `never`. */
export interface SocketLike {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** The used part of an RTCPeerConnection, of browsers and of react-native-webrtc. */
export interface PeerLike {
  readonly localDescription: { readonly sdp: string } | null;
  readonly iceGatheringState: string;
  readonly connectionState: string;
  ontrack: ((event: never) => void) | null;
  onconnectionstatechange: ((event: never) => void) | null;
  onicegatheringstatechange: ((event: never) => void) | null;
  addTransceiver(kind: 'audio' | 'video', init: { direction: 'recvonly' }): unknown;
  setLocalDescription(): Promise<void>;
  setRemoteDescription(description: { type: 'answer'; sdp: string }): Promise<void>;
  close(): void;
}

/** `AppState` of React Native. */
export interface AppStateLike {
  /** Some versions of React Native know no state at the start. */
  readonly currentState: string | null | undefined;
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}

/** Calls `listener` with whether there is a network, on every change. Returns the unsubscribe function. */
export type NetworkWatch = (listener: (isOnline: boolean) => void) => () => void;

/** The used part of a request, which `fetch` of every platform takes. */
export interface FetchRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | FormData;
  signal?: AbortSignal;
  mode?: 'no-cors';
}

/** The used part of a response. */
export interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** `fetch` of the platform, of `expo/fetch`, or of a caller. */
export type FetchLike = (url: string, init: FetchRequest) => Promise<FetchResponse>;

interface PageEvents {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** Platform globals; read when used, so that importing has no effect. */
interface PlatformGlobals extends Partial<PageEvents> {
  navigator?: { product?: string };
  process?: { versions?: { node?: string } };
  document?: PageEvents & { visibilityState: string };
  location?: { origin: string; protocol: string };
  RTCPeerConnection?: new () => PeerLike;
  WebSocket?: new (url: string, ...options: unknown[]) => SocketLike;
}

function platformGlobals(): PlatformGlobals {
  return globalThis as unknown as PlatformGlobals;
}

/** Whether this is React Native, detected as its documentation says. */
export function isReactNative(): boolean {
  return platformGlobals().navigator?.product === 'ReactNative';
}

/** The origin of the page that runs this; undefined outside of browsers' pages. */
export function pageOrigin(): string | undefined {
  const { document, location } = platformGlobals();
  return document === undefined || isReactNative() ? undefined : location?.origin;
}

/** Whether a WebSocket can send headers; browsers' cannot. */
export function socketsSendHeaders(): boolean {
  return isReactNative() || platformGlobals().process?.versions?.node !== undefined;
}

/** Opens a socket. @param headers empty unless {@link socketsSendHeaders} */
export function openSocket(url: string, headers: Record<string, string>): SocketLike {
  const { WebSocket } = platformGlobals();
  if (WebSocket === undefined) throw new Error('There is no WebSocket here; pass one as `openSocket`');
  if (Object.keys(headers).length === 0) return new WebSocket(url);
  return isReactNative() ? new WebSocket(url, undefined, { headers }) : new WebSocket(url, { headers });
}

/** A connection for video. @throws Error where there is none */
export function createPeer(): PeerLike {
  const { RTCPeerConnection } = platformGlobals();
  if (RTCPeerConnection === undefined) throw new Error('There is no WebRTC here; pass `createPeer`');
  return new RTCPeerConnection();
}

/** Visibility of the app, with changes. */
export interface Visibility {
  isVisible(): boolean;
  onChange(listener: () => void): () => void;
}

/** From AppState if given, else from the page, else always visible. */
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
  const { document } = platformGlobals();
  if (document === undefined || isReactNative()) return { isVisible: () => true, onChange: () => () => {} };
  return {
    isVisible: () => document.visibilityState !== 'hidden',
    onChange: (listener) => listen(document, 'visibilitychange', listener),
  };
}

/** The browser's online events; none elsewhere. */
export const watchPageNetwork: NetworkWatch = (listener) => {
  const page = platformGlobals();
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

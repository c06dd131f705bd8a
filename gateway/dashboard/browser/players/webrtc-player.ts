/** Plays a camera by WHEP (draft-ietf-wish-whep): the page offers, the gateway answers. */
import { type EndPlayer, PlaybackWatch, type PlayerHandlers } from './player.ts';

/** Longest wait for ICE candidates, milliseconds. */
const GATHERING_MS = 1500;
const RELEASE_MS = 3000;

/** Starts playing. @param url the camera's WHEP endpoint */
export function playWebrtc(video: HTMLVideoElement, url: string, handlers: PlayerHandlers): EndPlayer {
  const session = new WebrtcSession(video, url, handlers);
  void session.start();
  return () => session.end();
}

class WebrtcSession {
  readonly #video: HTMLVideoElement;
  readonly #url: string;
  readonly #handlers: PlayerHandlers;
  readonly #ending = new AbortController();
  #peer: RTCPeerConnection | undefined;
  #watch: PlaybackWatch | undefined;
  /** Session URL for DELETE. */
  #resource: string | undefined;

  constructor(video: HTMLVideoElement, url: string, handlers: PlayerHandlers) {
    this.#video = video;
    this.#url = url;
    this.#handlers = handlers;
  }

  async start(): Promise<void> {
    try {
      if (!('RTCPeerConnection' in globalThis)) throw new Error('this browser has no WebRTC');
      const peer = new RTCPeerConnection();
      this.#peer = peer;
      peer.addTransceiver('video', { direction: 'recvonly' });
      peer.addTransceiver('audio', { direction: 'recvonly' });
      peer.addEventListener('track', ({ track, streams }) => {
        this.#video.srcObject = streams[0] ?? new MediaStream([track]);
      });
      peer.addEventListener('connectionstatechange', () => {
        if (peer.connectionState === 'failed') this.#fail('no connection through the network');
      });
      this.#watch = new PlaybackWatch(this.#video, {
        onPlaying: () => this.#handlers.onPlaying(),
        onFailed: (reason) => this.#fail(reason),
      });
      await peer.setLocalDescription(await peer.createOffer());
      await gathered(peer);
      await peer.setRemoteDescription({ type: 'answer', sdp: await this.#ask(peer) });
      await this.#video.play().catch(() => {});
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  end(): void {
    if (this.#ending.signal.aborted) return;
    this.#handlers.onEnding?.();
    this.#ending.abort();
    this.#watch?.end();
    this.#video.srcObject = null;
    void this.#release();
  }

  /** Tells the gateway before the connection ends, which would end the session there first. */
  async #release(): Promise<void> {
    if (this.#resource !== undefined) {
      const signal = AbortSignal.timeout(RELEASE_MS);
      await fetch(this.#resource, { method: 'DELETE', keepalive: true, signal }).catch(() => {});
    }
    this.#peer?.close();
  }

  async #ask(peer: RTCPeerConnection): Promise<string> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: peer.localDescription?.sdp ?? '',
      signal: this.#ending.signal,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(reasonIn(text) ?? `the gateway answered ${response.status}`);
    const location = response.headers.get('Location');
    if (location !== null) this.#resource = new URL(location, response.url).href;
    return text;
  }

  #fail(reason: string): void {
    if (this.#ending.signal.aborted) return;
    this.end();
    this.#handlers.onFailed(reason);
  }
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    if (peer.iceGatheringState === 'complete') resolve();
    const timer = setTimeout(resolve, GATHERING_MS);
    peer.addEventListener('icegatheringstatechange', () => {
      if (peer.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The `error` of problem details. */
function reasonIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error?: string }).error;
  } catch {
    return undefined;
  }
}

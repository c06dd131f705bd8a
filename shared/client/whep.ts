/** Live video by WHEP (draft-ietf-wish-whep): the viewer offers, the gateway answers. */
import { nextDelayMs } from './backoff.ts';
import { faultOf } from './gateway-error.ts';
import type { HttpClient } from './http-client.ts';
import type { PeerLike } from './platform.ts';
import type { WatchFault } from './watch-state.ts';

/** State of a video: `offline` until the next attempt, with the reason. */
export interface VideoState {
  kind: 'connecting' | 'live' | 'offline' | 'closed';
  fault: WatchFault | undefined;
}

/** Options of a video. @typeParam Stream the platform's `MediaStream` */
export interface WhepOptions<Stream> {
  /** Called with the stream of every new connection. */
  onStream(stream: Stream): void;
  /** Called on every change of the state. */
  onState?(state: VideoState): void;
  /** Default: the platform's. In React Native: `() => new RTCPeerConnection()` of react-native-webrtc. */
  createPeer?(): PeerLike;
}

/** A playing video. */
export interface CameraVideo {
  readonly state: VideoState;
  close(): void;
}

/** Longest wait for ICE candidates, milliseconds. */
const GATHERING_MS = 1500;
const SDP = 'application/sdp';
const NO_WAY: WatchFault = {
  code: 'webrtc-no-way',
  message: 'The network lets no video through between this device and the gateway',
  hint: 'Open the UDP ports of WebRTC, or play HLS.',
};

const LOST: WatchFault = {
  code: 'webrtc-lost',
  message: 'The video stopped',
  hint: 'It connects again by itself. Look at the network if this repeats.',
};
/** A short loss mends itself; browsers give up only after some 15 seconds. */
const LOST_MS = 4000;

/** Plays a camera until closed; connects again after every loss. */
export class WhepVideo<Stream> implements CameraVideo {
  readonly #http: HttpClient;
  readonly #path: string;
  readonly #options: WhepOptions<Stream>;
  readonly #createPeer: () => PeerLike;
  #state: VideoState = { kind: 'connecting', fault: undefined };
  #peer: PeerLike | undefined;
  /** Path of the session at the gateway. */
  #session: string | undefined;
  #failures = 0;
  #loss: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(http: HttpClient, cameraId: string, options: WhepOptions<Stream>, createPeer: () => PeerLike) {
    this.#http = http;
    this.#path = `/whep/${encodeURIComponent(cameraId)}`;
    this.#options = options;
    this.#createPeer = options.createPeer?.bind(options) ?? createPeer;
    void this.#connect();
  }

  get state(): VideoState {
    return this.#state;
  }

  close(): void {
    if (this.#state.kind === 'closed') return;
    this.#drop();
    this.#set({ kind: 'closed', fault: undefined });
  }

  async #connect(): Promise<void> {
    try {
      const peer = this.#createPeer();
      this.#peer = peer;
      peer.ontrack = ({ streams }: { streams: readonly Stream[] }) => {
        const stream = streams[0];
        if (stream !== undefined) this.#options.onStream(stream);
      };
      peer.onconnectionstatechange = () => this.#changed(peer);
      for (const kind of ['video', 'audio'] as const) peer.addTransceiver(kind, { direction: 'recvonly' });
      await peer.setLocalDescription();
      await gathered(peer);
      const answer = await this.#ask(peer);
      if (this.#peer === peer) await peer.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
      else this.#end(answer.session);
    } catch (error) {
      if (this.#state.kind !== 'closed') this.#fail(faultOf(error));
    }
  }

  async #ask(peer: PeerLike): Promise<{ sdp: string; session: string | undefined }> {
    const text = peer.localDescription?.sdp ?? '';
    const call = { method: 'POST', text, headers: { 'Content-Type': SDP, Accept: SDP } };
    return this.#http.read(this.#path, call, async (response) => {
      // The last part of `Location`, with its query: the gateway may stand behind a prefix.
      const id = response.headers.get('location')?.split('/').at(-1);
      const session = id === undefined ? undefined : `${this.#path}/${id}`;
      if (this.#peer === peer) this.#session = session;
      return { sdp: await response.text(), session };
    });
  }

  #changed(peer: PeerLike): void {
    if (peer !== this.#peer) return;
    clearTimeout(this.#loss);
    if (peer.connectionState === 'connected') {
      this.#failures = 0;
      this.#set({ kind: 'live', fault: undefined });
    } else if (peer.connectionState === 'disconnected') {
      this.#loss = setTimeout(() => this.#fail(LOST), LOST_MS);
    } else if (['failed', 'closed'].includes(peer.connectionState)) {
      this.#fail(NO_WAY);
    }
  }

  #fail(fault: WatchFault): void {
    this.#drop();
    this.#set({ kind: 'offline', fault });
    this.#retry = setTimeout(() => {
      this.#set({ kind: 'connecting', fault });
      void this.#connect();
    }, nextDelayMs(this.#failures));
    this.#failures += 1;
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#loss);
    const [peer, session] = [this.#peer, this.#session];
    this.#peer = undefined;
    this.#session = undefined;
    peer?.close();
    this.#end(session);
  }

  /** The gateway ends a session that is silent by itself; this frees it immediately. */
  #end(session: string | undefined): void {
    if (session !== undefined) void this.#http.json(session, { method: 'DELETE' }).catch(() => {});
  }

  #set(state: VideoState): void {
    this.#state = state;
    this.#options.onState?.(state);
  }
}

function gathered(peer: PeerLike): Promise<void> {
  return new Promise((resolve) => {
    if (peer.iceGatheringState === 'complete') return resolve();
    const timer = setTimeout(resolve, GATHERING_MS);
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    };
  });
}

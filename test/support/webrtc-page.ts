/** A page's WebRTC players, by both ways of signalling, for tests in a browser. */
import type { Page } from 'playwright-core';

/** What a page sees of its player. */
export interface PlayerView {
  framesDecoded: number;
  /** RTP packets of sound, and how loud it is, 0 to 1. */
  audioPackets: number;
  audioLevel: number;
  width: number;
  /** Brightness in the middle of the picture, 0 to 255. */
  luma: number;
  state: string;
  /** From the request to the first decoded frame, milliseconds. */
  firstFrameMs: number | undefined;
  sessionId: string | undefined;
  /** Code the server told over the socket. */
  error: string | undefined;
}

/** The script of the page: `play(way, cameraId)`, `keepPlaying(…)`, `stop()` and `look()`. */
const PLAYER = String.raw`
  const video = document.getElementById('video');
  const canvas = document.createElement('canvas');
  const pixels = canvas.getContext('2d', { willReadFrequently: true });
  let player;

  async function begin(way, cameraId, order) {
    const own = { pc: new RTCPeerConnection(), startedAt: performance.now() };
    player = own;
    own.pc.ontrack = ({ track }) => {
      if (track.kind === 'video') video.srcObject = new MediaStream([track]);
      else listen(track);
    };
    if (way === 'whep') await offerOurselves(own, cameraId, order);
    else await takeOffer(own, cameraId, way);
    void watchFirstFrame(own);
    return own;
  }

  /** Sound is decoded only where something plays it. */
  function listen(track) {
    const sink = new Audio();
    sink.srcObject = new MediaStream([track]);
    sink.play().catch(() => {});
  }

  async function offerOurselves(own, cameraId, order = ['video', 'audio']) {
    for (const kind of order) own.pc.addTransceiver(kind, { direction: 'recvonly' });
    await own.pc.setLocalDescription();
    const headers = { 'Content-Type': 'application/sdp' };
    const response = await fetch('/whep/' + cameraId, { method: 'POST', headers, body: own.pc.localDescription.sdp });
    if (response.status !== 201) throw new Error('WHEP: ' + response.status);
    own.location = new URL(response.headers.get('Location'), response.url).href;
    own.sessionId = own.location.split('/').at(-1);
    await own.pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  }

  async function takeOffer(own, cameraId, way) {
    const response = await fetch('/api/webrtc/stream/' + cameraId, { method: 'POST' });
    const opened = await response.json();
    if (!response.ok) throw new Error(opened.code);
    own.sessionId = opened.sessionId;
    if (way === 'socket') return answerOverSocket(own, opened);
    await own.pc.setRemoteDescription(opened.offer);
    await own.pc.setLocalDescription();
    await post('/api/webrtc/answer', { sessionId: own.sessionId, ...own.pc.localDescription.toJSON() });
  }

  async function answerOverSocket(own, { websocketUrl, offer }) {
    const bare = { ...offer, sdp: offer.sdp.replace(/a=(candidate:.*|end-of-candidates)\r\n/g, '') };
    await own.pc.setRemoteDescription(bare);
    const socket = new WebSocket(websocketUrl);
    own.socket = socket;
    const say = (message) => socket.send(JSON.stringify(message));
    const taken = new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === 'candidate' && message.candidate) own.pc.addIceCandidate(message.candidate);
        if (message.type === 'answer') resolve();
        if (message.type === 'error') {
          own.error = message.code;
          reject(new Error(message.code));
        }
      };
      socket.onclose = ({ code }) => reject(new Error('socket: ' + code));
    });
    await Promise.race([new Promise((resolve) => { socket.onopen = resolve; }), taken]);
    own.pc.onicecandidate = ({ candidate }) => say({ type: 'candidate', candidate });
    const answer = await own.pc.createAnswer();
    say({ type: 'answer', sdp: answer.sdp });
    await own.pc.setLocalDescription(answer);
    await taken;
  }

  async function post(path, body) {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error((await response.json()).code);
  }

  async function inbound(pc, wanted = 'video') {
    const stats = [...(await pc.getStats()).values()];
    return stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === wanted);
  }

  async function watchFirstFrame(own) {
    while (own === player && own.firstFrameMs === undefined) {
      if ((await inbound(own.pc))?.framesDecoded > 0) own.firstFrameMs = performance.now() - own.startedAt;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** A connection may be lost as it begins, in a moment between the two descriptions; the server says so. */
  window.play = async (way, cameraId, order) => {
    for (let tries = 1; ; tries += 1) {
      window.stop();
      try {
        await begin(way, cameraId, order);
        return;
      } catch (error) {
        if (tries === 3 || error.message !== 'webrtc-unavailable') throw error;
      }
    }
  };
  window.stop = () => { player?.pc.close(); player?.socket?.close(); player = undefined; };
  /** What a page does that wants to go on for ever: a new session when the connection is gone. */
  window.keepPlaying = (way, cameraId) => { void playForEver(way, cameraId); };
  async function playForEver(way, cameraId) {
    for (;;) {
      try {
        const own = await begin(way, cameraId);
        await new Promise((resolve) => {
          own.pc.onconnectionstatechange = () => {
            if (['disconnected', 'failed', 'closed'].includes(own.pc.connectionState)) resolve();
          };
        });
        own.pc.close();
      } catch {}
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  window.look = async () => {
    const stats = player && await inbound(player.pc);
    const sound = player && await inbound(player.pc, 'audio');
    canvas.width = canvas.height = 8;
    if (video.videoWidth > 0) pixels.drawImage(video, 0, 0, 8, 8);
    const [red, green, blue] = pixels.getImageData(4, 4, 1, 1).data;
    return {
      framesDecoded: stats?.framesDecoded ?? 0,
      audioPackets: sound?.packetsReceived ?? 0,
      audioLevel: sound?.audioLevel ?? 0,
      width: video.videoWidth,
      luma: Math.round((red + green + blue) / 3),
      state: player?.pc.connectionState ?? 'none',
      firstFrameMs: player?.firstFrameMs,
      sessionId: player?.sessionId,
      error: player?.error,
    };
  };
`;

/** Ways of signalling: our offer over HTTP, our offer over the socket with trickled candidates, the player's offer. */
export type Way = 'http' | 'socket' | 'whep';

/** The player of one page. */
export class WebrtcPlayer {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Puts it into a page of the server's origin that has a video element. */
  static async open(page: Page): Promise<WebrtcPlayer> {
    await page.evaluate(`{${PLAYER}}`);
    return new WebrtcPlayer(page);
  }

  /** Opens a session. @throws Error with the code of a refusal @param order of the sections a player offers */
  async play(way: Way, cameraId: string, order?: string[]): Promise<void> {
    await this.#call(`play(${[way, cameraId, order].map((value) => JSON.stringify(value)).join(', ')})`);
  }

  /** Plays for ever, with a new session whenever one is lost. */
  async keepPlaying(way: Way, cameraId: string): Promise<void> {
    await this.#call(`keepPlaying(${JSON.stringify(way)}, ${JSON.stringify(cameraId)})`);
  }

  stop(): Promise<void> {
    return this.#call('stop()');
  }

  look(): Promise<PlayerView> {
    return this.#call('look()');
  }

  #call<T>(expression: string): Promise<T> {
    return this.#page.evaluate(`window.${expression}`);
  }
}

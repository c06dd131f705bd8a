/** A viewer by WHEP (RFC 9725) without a browser: it offers to receive video, and counts the packets. */
import { PeerConnection, RtcpReceivingSession, type Track, Video } from 'node-datachannel';

const PAYLOAD_TYPE = 96;
/** The library's threads have let go of a closed connection long before. */
const TRACK_LINGER_MS = 1000;

/** One session. */
export class WhepViewer {
  /** RTP packets so far. */
  packets = 0;
  readonly #connection = new PeerConnection('viewer', { iceServers: [] });
  #track: Track | undefined;

  /** Opens a session at an endpoint. @throws Error with the status of a refusal */
  static async open(url: string): Promise<WhepViewer> {
    const viewer = new WhepViewer();
    await viewer.#start(url).catch((error: unknown) => {
      viewer.close();
      throw error;
    });
    return viewer;
  }

  /** Ends it on this side. */
  close(): void {
    this.#connection.close();
    // A packet that the library hands over in this moment must still find the track's callbacks.
    setTimeout(() => this.#track?.close(), TRACK_LINGER_MS);
  }

  async #start(url: string): Promise<void> {
    const video = new Video('0', 'RecvOnly');
    video.addH264Codec(PAYLOAD_TYPE);
    this.#track = this.#connection.addTrack(video);
    this.#track.onMessage(() => {
      this.packets += 1;
    });
    this.#track.setMediaHandler(new RtcpReceivingSession());
    this.#connection.setLocalDescription();
    const offer = this.#connection.localDescription()?.sdp ?? '';
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      // A server that knew where to check would check before the library has taken in its answer, which loses the
      // connection; so this side checks first.
      body: offer.replaceAll(/^a=(?:candidate:.*|end-of-candidates)\r\n/gm, ''),
    });
    const text = await answer.text();
    if (answer.status !== 201) throw new Error(`The endpoint answered ${answer.status}: ${text}`);
    this.#connection.setRemoteDescription(text, 'answer');
  }
}

/** A WebRTC client without a browser, that keeps the packets it receives as they are. */
import { PeerConnection, RtcpReceivingSession, type Track } from 'node-datachannel';
import { postJson } from './http.ts';
import { waitFor } from './wait-for.ts';

/** The library's threads have let go of a closed connection long before. */
const TRACK_LINGER_MS = 1000;
const MAX_TRIES = 5;

/** One session. */
export class WebrtcReceiver {
  /** RTP packets so far. */
  readonly packets: Buffer[] = [];
  /** What the server answered to our answer. */
  status = 0;
  code: string | undefined;
  readonly #connection = new PeerConnection('receiver', { iceServers: [] });
  readonly #tracks: Track[] = [];
  readonly #headers: Record<string, string>;

  private constructor(headers: Record<string, string>) {
    this.#headers = headers;
  }

  /**
   * Has the server offer, and answers.
   * @param takes whether this client takes an encoding (`H264`, `H265`) @param headers of its requests
   */
  static async open(
    origin: string,
    cameraId: string,
    takes: (encoding: string) => boolean = () => true,
    headers: Record<string, string> = {},
  ): Promise<WebrtcReceiver> {
    for (let tries = 1; ; tries += 1) {
      const receiver = new WebrtcReceiver(headers);
      await receiver.#start(origin, cameraId, takes);
      // As players do: a connection may be lost as it begins, which the server answers with 503.
      if (receiver.code !== 'webrtc-unavailable' || tries === MAX_TRIES) return receiver;
      receiver.close();
    }
  }

  /** Ends it on this side; the server hears nothing. */
  close(): void {
    this.#connection.close();
    // A packet that the library hands over in this moment must still find the track's callbacks.
    setTimeout(() => {
      for (const track of this.#tracks) track.close();
    }, TRACK_LINGER_MS);
  }

  async #start(origin: string, cameraId: string, takes: (encoding: string) => boolean): Promise<void> {
    const { body } = await postJson(`${origin}/api/webrtc/stream/${cameraId}`, {}, this.#headers);
    this.#connection.onTrack((track) => {
      this.#tracks.push(track);
      // Set once and never changed: the library frees the old listener while its threads may be calling it.
      track.onMessage((packet) => this.packets.push(packet));
      track.setMediaHandler(new RtcpReceivingSession());
    });
    this.#connection.setRemoteDescription(body.offer.sdp, 'offer');
    await waitFor(() => this.#connection.gatheringState() === 'complete');
    const sdp = withEncodings(this.#connection.localDescription()?.sdp ?? '', takes);
    const answered = await postJson(
      `${origin}/api/webrtc/answer`,
      { sessionId: body.sessionId, sdp },
      this.#headers,
    );
    this.status = answered.status;
    this.code = answered.body.code;
  }
}

/** A description without the payload types of encodings that are not taken. */
function withEncodings(sdp: string, takes: (encoding: string) => boolean): string {
  const left = [...sdp.matchAll(/^a=rtpmap:(\d+) (\w+)/gm)]
    .filter(([, , encoding = '']) => !takes(encoding.toUpperCase()))
    .map(([, payloadType = '']) => payloadType);
  return sdp
    .split('\r\n')
    .filter((line) => !left.some((type) => new RegExp(`^a=(?:rtpmap|fmtp|rtcp-fb):${type} `).test(line)))
    .map((line) => (line.startsWith('m=') ? without(line, left) : line))
    .join('\r\n');
}

function without(mediaLine: string, payloadTypes: readonly string[]): string {
  const [kind, port, protocol, ...formats] = mediaLine.split(' ');
  return [kind, port, protocol, ...formats.filter((format) => !payloadTypes.includes(format))].join(' ');
}

import { expect } from 'chai';
import { splitNals } from '#shared/media/annex-b.ts';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { type EncodedUnit, LoopSource } from '../../workers/simulator/server/stream/loop-source.ts';
import { browserOffer } from '../doubles/peer-double.ts';
import { greySource } from '../support/grey-cameras.ts';
import { getJson, postJson } from '../support/http.ts';
import { MseClient } from '../support/mse-client.ts';
import { type RunningProcess, startWorker } from '../support/processes.ts';
import { aacTone } from '../support/tone.ts';
import { waitFor } from '../support/wait-for.ts';
import { WebrtcReceiver } from '../support/webrtc-receiver.ts';
import { encodeMaterial } from '../workers/simulator/support/material.ts';

const RTP_HEADER_BYTES = 12;
const H265_PAYLOAD_TYPE = 97;
/** RFC 7798 section 4.4.3. */
const FRAGMENTATION_UNIT = 49;
const ROUND = 10;

describe('Video as the camera sends it', function () {
  this.timeout(60_000);
  let h265: EncodedUnit[];
  let cameras: RtspServer;
  let worker: RunningProcess;
  const receivers: WebrtcReceiver[] = [];

  before(async () => {
    // Large enough for keyframes that must be cut into fragments.
    h265 = await encodeMaterial('hevc', { width: 640, height: 480, count: ROUND });
    const streams = new Map([
      ['/h265', new LoopSource({ codec: 'hevc', units: h265, framesPerSecond: 25 })],
      ['/plain', await greySource(120)],
      ['/sound', await greySource(120, {}, await aacTone())],
    ]);
    cameras = createRtspServer({ streams });
    await cameras.listen();
    worker = await startWorker();
    for (const path of streams.keys()) {
      const url = cameras.url(path);
      await postJson(`${worker.origin}/api/cameras/connect`, { cameraId: path.slice(1), url });
    }
  });

  after(async () => {
    for (const receiver of receivers) receiver.close();
    await worker?.end();
    await cameras?.close();
  });

  async function receive(cameraId: string, takes?: (encoding: string) => boolean): Promise<WebrtcReceiver> {
    const receiver = await WebrtcReceiver.open(worker.origin, cameraId, takes);
    receivers.push(receiver);
    return receiver;
  }

  describe('of an H.265 camera over WebRTC', () => {
    it('reaches a client that takes H.265 byte by byte', async () => {
      const sent = new Set(h265.flatMap(({ data }) => splitNals(data)).map((nal) => nal.toString('hex')));
      const receiver = await receive('h265');
      expect(receiver.status).to.equal(200);
      const video = () => receiver.packets.filter((packet) => packet.length > RTP_HEADER_BYTES);
      // Two rounds contain every picture, with any loss at either end.
      await waitFor(() => new Set(timesOf(video())).size > 2 * ROUND);
      const packets = video();
      expect(packets.every((packet) => ((packet[1] as number) & 0x7f) === H265_PAYLOAD_TYPE)).to.equal(true);
      const received = new Set(joinNals(packets).map((nal) => nal.toString('hex')));
      expect([...received].filter((nal) => !sent.has(nal))).to.deep.equal([]);
      expect(received.size).to.equal(sent.size);
      expect(packets.some((packet) => typeOf(packet) === FRAGMENTATION_UNIT)).to.equal(true);
    });

    it('is refused to a client without, with the code that sends it to the next transport', async () => {
      const receiver = await receive('h265', (encoding) => encoding !== 'H265');
      expect([receiver.status, receiver.code]).to.deep.equal([406, 'webrtc-unsupported-codec']);
      const whep = await fetch(`${worker.origin}/whep/h265`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/sdp' },
        body: browserOffer({ codecs: ['H264'] }),
      });
      expect([whep.status, ((await whep.json()) as { code: string }).code]).to.deep.equal([
        406,
        'webrtc-unsupported-codec',
      ]);
      // And the next transport has it.
      const client = await MseClient.open(worker.origin, 'h265');
      await waitFor(() => client.binaries.length > 3);
      expect(client.texts[0].codec).to.include('hvc1');
      client.close();
    });
  });

  it('is neither decoded nor encoded while only video is watched, over every output', async () => {
    const total = async (name: string): Promise<number> => {
      const text = await (await fetch(`${worker.origin}/metrics`)).text();
      const values = [...text.matchAll(new RegExp(`^${name}{.*} (\\d+)$`, 'gm'))];
      expect(values).to.have.length(3);
      return values.reduce((sum, [, value]) => sum + Number(value), 0);
    };
    const work = async () => [
      await total('camera_decoded_frames_total'),
      await total('camera_encoded_frames_total'),
    ];
    const [before, packets] = [await work(), await total('camera_packets_total')];
    // The first pictures, so that the counters are seen to count.
    expect(before[0]).to.be.greaterThan(0);
    const clients = [
      await MseClient.open(worker.origin, 'plain'),
      await MseClient.open(worker.origin, 'sound'),
    ];
    const receiver = await receive('plain');
    for (const cameraId of ['plain', 'sound']) {
      const playlist = await fetch(`${worker.origin}/hls/${cameraId}/index.m3u8`);
      expect(playlist.status).to.equal(200);
    }
    await waitFor(
      () => clients.every(({ binaries }) => binaries.length > 60) && receiver.packets.length > 60,
    );
    // A player of HLS is one for as long as it asks.
    await fetch(`${worker.origin}/hls/plain/index.m3u8`);
    const { viewers } = (await getJson(`${worker.origin}/api/cameras/plain/status`)).body;
    expect(viewers).to.equal(3);
    expect((await total('camera_packets_total')) - packets).to.be.greaterThan(60);
    expect(await work()).to.deep.equal(before);
    for (const client of clients) client.close();
  });
});

const typeOf = (packet: Buffer): number => ((packet[RTP_HEADER_BYTES] as number) >> 1) & 0x3f;
const timesOf = (packets: readonly Buffer[]): number[] => packets.map((packet) => packet.readUInt32BE(4));

/** The NAL units of RTP packets in order (RFC 7798 sections 4.4.1 and 4.4.3); what begins in the middle is left out. */
function joinNals(packets: readonly Buffer[]): Buffer[] {
  const nals: Buffer[] = [];
  let parts: Buffer[] | undefined;
  for (const packet of packets) {
    const payload = packet.subarray(RTP_HEADER_BYTES);
    if (typeOf(packet) !== FRAGMENTATION_UNIT) {
      nals.push(payload);
      continue;
    }
    const flags = payload[2] as number;
    const type = flags & 0x3f;
    const header = [((payload[0] as number) & 0x81) | (type << 1), payload[1] as number];
    if ((flags & 0x80) !== 0) parts = [Buffer.from(header)];
    parts?.push(payload.subarray(3));
    if ((flags & 0x40) === 0 || parts === undefined) continue;
    nals.push(Buffer.concat(parts));
    parts = undefined;
  }
  return nals;
}

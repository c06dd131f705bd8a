import { expect } from 'chai';
import { splitNals } from '#shared/media/annex-b.ts';
import type { Packet } from '#shared/media/packet.ts';
import { createRtspSource } from '../../../../../workers/rtsp/source/rtsp/rtsp-source.ts';
import { LoopSource } from '../../../../../workers/simulator/server/stream/loop-source.ts';
import { CAMERA_CERTIFICATE, CAMERA_KEY } from '../../../../support/camera-certificate.ts';
import { cameraSource } from '../../../../support/camera-source.ts';
import { CLIP_FPS, testClip } from '../../../../support/test-clip.ts';
import { waitFor } from '../../../../support/wait-for.ts';
import { Stage } from '../../../simulator/support/serve.ts';

const policy = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [],
};

/** The picture itself; parameter sets and start codes are the server's own matter. */
function slicesOf(unit: Buffer): string {
  return splitNals(unit)
    .filter((nal) => [1, 5].includes((nal[0] as number) & 0x1f))
    .map((nal) => nal.toString('base64'))
    .join();
}

describe('What comes from a camera over RTSP', () => {
  let stage: Stage;
  let end: AbortController;
  let ended: Promise<void>;

  beforeEach(() => {
    stage = new Stage();
    end = new AbortController();
  });

  afterEach(async () => {
    end.abort();
    await ended;
    await stage.close();
  });

  for (const tls of [undefined, { key: CAMERA_KEY, cert: CAMERA_CERTIFICATE }]) {
    it(`is what it sent, byte for byte, by ${tls === undefined ? 'rtsp' : 'rtsps'}`, async () => {
      const units = await testClip();
      const source = new LoopSource({ codec: 'h264', units, framesPerSecond: CLIP_FPS });
      const { port } = await stage.serve({
        streams: new Map([['/cam', source]]),
        ...(tls === undefined ? {} : { tls }),
      });
      const got: Packet[] = [];
      ended = createRtspSource({ policy })(
        cameraSource(port, { host: '127.0.0.1', path: '/cam', secure: tls !== undefined }),
        { onTrack: () => {}, onPacket: (packet) => void got.push(packet) },
        end.signal,
      ).catch(() => {});
      await waitFor(() => got.length > units.length);
      // Read when all are there: none may lie in memory that what came later has overwritten.
      const sent = units.map(({ data }) => slicesOf(data));
      const received = got.map(({ data }) => slicesOf(data));
      const first = sent.indexOf(received[0] as string);
      expect(first).to.be.at.least(0);
      expect(received).to.deep.equal(received.map((_, index) => sent[(first + index) % sent.length]));
    });
  }
});

import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { listening, portOf } from '../support/serve.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';

const UNSET = { ALLOW_LOOPBACK_CAMERAS: '', CAMERA_ALLOW_PORTS: '' };

/** Texts that would reveal to a client which services there are. */
const BANNER = 'S3cr3tB4nner';

/** Listens and counts; every connection is a breach. */
class Canary {
  connections = 0;
  readonly #server: Server = createServer((socket) => {
    this.connections += 1;
    socket.destroy();
  });

  async open(): Promise<this> {
    await listening(this.#server);
    return this;
  }

  get port(): number {
    return portOf(this.#server);
  }

  close(): void {
    this.#server.close();
  }
}

describe('The addresses of cameras', function () {
  this.timeout(60_000);
  let canary: Canary;

  before(async () => {
    canary = await new Canary().open();
  });
  after(() => canary.close());

  describe('of a gateway with nothing configured', () => {
    let gateway: RunningProcess;
    let api: string;

    before(async () => {
      gateway = await startGateway({ ...UNSET, DEMO_CAMERAS: 'on', RTSP_WORKERS: '1' });
      api = `${gateway.origin}/api/cameras`;
      await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
        timeoutMs: 30_000,
      });
    });
    after(() => gateway.end());

    it('may be the bundled simulator on this machine', async () => {
      await waitFor(async () => (await getJson(`${api}/1/status`)).body.connected === true, {
        timeoutMs: 30_000,
        message: 'the demo camera',
      });
    });

    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:7f00:1]']) {
      it(`S10: may not be ${host}, which hears nothing of it`, async () => {
        const url = `rtsp://${host}:${canary.port}/1`;
        const { status, body } = await postJson(`${api}/connect`, { cameraId: 'x', url });
        expect([status, body.code]).to.deep.equal([403, 'camera-address-denied']);
        expect(body.hint).to.include('ALLOW_LOOPBACK_CAMERAS');
        expect(canary.connections).to.equal(0);
      });
    }

    it('are refused before they are stored, naming the field', async () => {
      const asFields = await postJson(api, { id: 'x', ip: '169.254.169.254', port: 80 });
      expect([asFields.status, asFields.body.field]).to.deep.equal([403, 'ip']);
      const asUrl = await postJson(api, { id: 'x', url: 'rtsp://10.0.0.9:6379/1' });
      expect([asUrl.status, asUrl.body.field]).to.deep.equal([403, 'url']);
      expect((await getJson(`${api}/x`)).status).to.equal(404);
    });

    it('S10: are checked by the worker again, for a name tells nothing when it is stored', async () => {
      const { status } = await postJson(api, { id: 'name', url: `rtsp://localhost:${canary.port}/1` });
      expect(status).to.equal(201);
      await waitFor(
        async () => (await getJson(`${api}/name/status`)).body.reason === 'camera-address-denied',
        { message: 'the refusal' },
      );
      expect(canary.connections).to.equal(0);
    });
  });

  describe('that are no camera, or to which one redirects', () => {
    let cameras: RtspServer;
    let gateway: RunningProcess;

    before(async () => {
      cameras = await openTestCameras(['/1']);
      gateway = await startGateway({ RTSP_WORKERS: '1' });
      await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
        timeoutMs: 30_000,
      });
    });
    after(async () => {
      await gateway.end();
      await cameras.close();
    });

    for (const [what, words] of [
      ['a shell', `SSH-2.0-OpenSSH_9.2p1 ${BANNER}\r\n`],
      ['a mail server', `220 ${BANNER} ESMTP\r\n`],
      ['a web server', `HTTP/1.1 200 OK\r\nServer: ${BANNER}\r\n\r\n`],
      ['a database', `\u0000\u0000\u0000\n${BANNER}\u0000`],
      ['a server that speaks RTSP badly', `RTSP/1.0 500 ${BANNER}\r\nCSeq: 1\r\nServer: ${BANNER}\r\n\r\n`],
    ] as const) {
      it(`S12: tell nothing of ${what} that answers there`, async () => {
        const stranger = createServer((socket) => {
          socket.on('error', () => {}).on('data', () => socket.write(words));
          socket.write(words);
        });
        await listening(stranger);
        const port = portOf(stranger);
        for (const path of ['/connect', '/test']) {
          const fields = { ip: '127.0.0.1', port, streamPath: '/1' };
          const body = path === '/test' ? fields : { ...fields, cameraId: 'x' };
          const answer = await postJson(`${gateway.origin}/api/cameras${path}`, body);
          expect([answer.status, answer.body.code]).to.deep.equal([502, 'camera-protocol-error']);
          expect(JSON.stringify([answer.body, ...answer.headers])).not.to.include(BANNER);
        }
        stranger.close();
      });
    }

    it('S11: hear nothing of it', async () => {
      cameras.setFault('/1', { fault: 'redirect', location: `rtsp://127.0.0.1:${canary.port}/1` });
      const { status, body } = await postJson(`${gateway.origin}/api/cameras/connect`, {
        cameraId: '1',
        url: cameras.url('/1'),
      });
      expect([status, body.code]).to.deep.equal([502, 'camera-redirected']);
      expect(canary.connections).to.equal(0);
    });
  });

  describe('of a gateway on a public host', () => {
    let gateway: RunningProcess;

    before(async () => {
      gateway = await startGateway({
        ...UNSET,
        PUBLIC: 'on',
        AUTH: 'off',
        RTSP_WORKERS: '1',
        CAMERA_ALLOW_CIDRS: '10.20.0.0/16',
      });
      await waitFor(async () => (await getJson(`${gateway.origin}/health`)).body.database?.ready === true);
    });
    after(() => gateway.end());

    it('S10: may be on private networks only where CAMERA_ALLOW_CIDRS names them', async () => {
      const create = (id: string, ip: string) =>
        postJson(`${gateway.origin}/api/cameras`, { id, ip, enabled: false });
      expect((await create('lan', '192.168.1.20')).body.code).to.equal('camera-address-denied');
      expect((await create('named', '10.20.1.5')).status).to.equal(201);
    });
  });
});

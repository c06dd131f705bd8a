import { expect } from 'chai';
import { LENS } from '../../workers/simulator/ptz/mount.ts';
import { PTZ_PATH, PtzCamera } from '../../workers/simulator/ptz/ptz-camera.ts';
import { walkerAzimuth } from '../../workers/simulator/ptz/street.ts';
import { quietFfmpeg } from '../../workers/simulator/scenes/h264-encoder.ts';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { findYellow } from '../doubles/yellow-finder.ts';
import { json, LocalMoondream } from '../gateway/moondream/harness.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const WATCHED_MS = 20_000;

describe('A PTZ camera that acts by itself', function () {
  this.timeout(120_000);
  let camera: PtzCamera;
  let rtsp: RtspServer;
  let model: LocalMoondream;
  let gateway: RunningProcess;
  let api: string;

  before(async () => {
    quietFfmpeg();
    camera = new PtzCamera();
    rtsp = createRtspServer({ streams: new Map([[PTZ_PATH, camera.source]]) });
    await rtsp.listen();
    await camera.listen({ host: '127.0.0.1', port: 0, streamUrl: rtsp.url(PTZ_PATH) });
    model = await LocalMoondream.open();
    model.answer = (response) => {
      const { path = '', body } = model.requests.at(-1) ?? {};
      if (!path.endsWith('/detect')) return json(response, 200, { answer: 'A street.' });
      const jpeg = Buffer.from(String(body?.image_url).split(',')[1] ?? '', 'base64');
      json(response, 200, { objects: findYellow(jpeg) });
    };
    gateway = await startGateway({
      ALLOW_LOOPBACK_CAMERAS: 'on',
      MOONDREAM_API_URL: model.url,
      MOONDREAM_RATE: '100',
    });
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok);
    api = `${gateway.origin}/api/cameras/street`;
    const ptz = {
      kind: 'onvif',
      port: camera.port,
      range: { pan: [-170, 170], tilt: [-30, 90] },
      lens: LENS,
    };
    const body = { id: 'street', name: 'Street', url: rtsp.url(PTZ_PATH), ptz };
    expect((await postJson(`${gateway.origin}/api/cameras`, body)).status).to.equal(201);
    await waitFor(async () => (await getJson(`${api}/status`)).body.connected);
  });

  after(async () => {
    await gateway?.end();
    await camera.close();
    await rtsp.close();
    model.close();
  });

  const task = async () => (await getJson(`${api}/ptz/task`)).body;
  const walker = () => walkerAzimuth(camera.source.seconds);
  const offWalker = () => walker() - camera.mount.pose.pan;

  it('follows a walking person: in the picture at least 95 % of the time', async () => {
    await waitFor(() => Math.abs(offWalker()) < 15, { timeoutMs: 40_000 });
    const started = await postJson(`${api}/ptz/follow`, { object: 'person' });
    expect(started.status).to.equal(202);
    expect(started.body).to.include({ kind: 'follow' });
    await waitFor(() => camera.mount.isMoving && Math.abs(offWalker()) < 20, { timeoutMs: 60_000 });
    let [inside, samples, farthest] = [0, 0, 0];
    const endAt = performance.now() + WATCHED_MS;
    await waitFor(
      () => {
        samples += 1;
        const off = Math.abs(offWalker());
        farthest = Math.max(farthest, off);
        if (off < LENS.widest / 2) inside += 1;
        return performance.now() > endAt;
      },
      { timeoutMs: WATCHED_MS * 2 },
    );
    const share = inside / samples;
    console.log(
      `      in the picture ${(share * 100).toFixed(1)} % of ${samples} samples, at most ${farthest.toFixed(1)}° off`,
    );
    expect(await task()).to.include({ state: 'running', phase: 'following' });
    expect(share).to.be.at.least(0.95);
  });

  it('gives way to any command of a person, and stops', async () => {
    expect((await task()).state).to.equal('running');
    expect((await postJson(`${api}/ptz/stop`, {})).status).to.equal(200);
    expect(await task()).to.include({ state: 'cancelled', reason: 'operator' });
    await waitFor(() => !camera.mount.isMoving);
  });

  describe('that looks for what a model describes', () => {
    const middle = async () => {
      const jpeg = Buffer.from(await (await fetch(`${api}/frame`)).arrayBuffer());
      const [box] = findYellow(jpeg);
      return box && { x: (box.x_min + box.x_max) / 2, y: (box.y_min + box.y_max) / 2 };
    };

    for (const zoom of [0, 0.3]) {
      it(`centres on it at zoom ${zoom}: at most 5 % of the picture off`, async () => {
        const pan = zoom === 0 ? 58 : 72;
        await postJson(`${api}/ptz/absolute`, { pan: pan / 170, tilt: ((-6 + 30) / 120) * 2 - 1, zoom });
        await waitFor(async () => !camera.mount.isMoving && (await middle()) !== undefined);
        const { status, body } = await postJson(`${api}/ptz/centre`, { object: 'yellow car' });
        expect(status, JSON.stringify(body)).to.equal(200);
        console.log(`      ${body.moves} moves, off by ${JSON.stringify(body.offset)}`);
        expect(body.centred).to.equal(true);
        const at = await middle();
        expect(at?.x).to.be.closeTo(0.5, 0.05);
        expect(at?.y).to.be.closeTo(0.5, 0.05);
      });
    }

    it('says that it is not in the picture, and does not move', async () => {
      await postJson(`${api}/ptz/absolute`, { pan: -0.8, tilt: -0.5, zoom: 0 });
      await waitFor(async () => !camera.mount.isMoving && (await middle()) === undefined);
      const pose = camera.mount.pose;
      const { body } = await postJson(`${api}/ptz/centre`, { object: 'yellow car' });
      expect(body).to.include({ status: 404, code: 'object-not-seen' });
      expect(camera.mount.pose).to.deep.equal(pose);
    });

    it('tours its presets and asks about each', async () => {
      const home = await postJson(`${api}/ptz/presets`, { name: 'Here' });
      expect(home.status).to.equal(201);
      const tour = { presets: [home.body.id, 'unknown'], question: 'What is there?', dwellSeconds: 0 };
      expect((await postJson(`${api}/ptz/tour`, tour)).status).to.equal(202);
      const done = await waitFor(async () => {
        const now = await task();
        return now.kind === 'tour' && now.state === 'done' ? now : undefined;
      });
      expect(done.stops).to.have.length(2);
      expect(done.stops[0]).to.deep.include({ preset: home.body.id, answer: 'A street.', error: null });
      expect(done.stops[0].frameUrl).to.match(/^\/api\//);
      expect(done.stops[1]).to.include({ preset: 'unknown', answer: null });
      expect(done.stops[1].error).to.be.a('string');
    });

    it('waits for the announcement, in which it can be cancelled', async () => {
      const before = camera.mount.pose;
      const announced = await postJson(`${api}/ptz/follow`, { announceSeconds: 60 });
      expect(announced.body).to.include({ state: 'announced' });
      expect((await fetch(`${api}/ptz/task`, { method: 'DELETE' })).status).to.equal(204);
      expect(await task()).to.include({ state: 'cancelled', reason: 'operator' });
      expect(camera.mount.pose).to.deep.equal(before);
    });
  });
});

import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { json, LocalMoondream } from '../gateway/moondream/harness.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { TargetServer } from '../support/target-server.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';

/** Somewhere else, through a proxy. */
const STRANGER = { 'x-forwarded-for': '203.0.113.9' };

describe('A gateway that tells', function () {
  this.timeout(120_000);
  let gateway: RunningProcess;
  let cameras: RtspServer;
  let model: LocalMoondream;
  let target: TargetServer;

  before(async () => {
    model = await LocalMoondream.open();
    model.answer = (response) => json(response, 200, { answer: 'Yes, it is open.' });
    [gateway, cameras, target] = await Promise.all([
      startGateway({
        MOONDREAM_API_URL: model.url,
        MOONDREAM_RATE: '100',
        ANALYSIS: 'off',
        RTSP_WORKERS: '1',
      }),
      openTestCameras(['/1']),
      TargetServer.open(),
    ]);
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok);
    await postJson(`${gateway.origin}/api/cameras`, { id: 'gate', name: 'Gate', url: cameras.url('/1') });
    await waitFor(async () => (await getJson(`${gateway.origin}/api/cameras/gate/status`)).body.connected);
  });
  after(async () => {
    await gateway?.end();
    await cameras?.close();
    model?.close();
    target?.close();
  });

  it('calls a webhook when a watch fires, with the answer and a link to the picture that needs no session', async () => {
    const hook = { kind: 'webhook', url: `${target.origin}/hook` };
    const { body: notification } = await postJson(`${gateway.origin}/api/notifications`, {
      ...{ name: 'Automation', target: hook, kinds: [] },
    });
    const { status } = await postJson(`${gateway.origin}/api/watches`, {
      ...{ cameraId: 'gate', skill: 'query', prompt: 'Is the gate open?', everyMs: 60_000 },
      actions: [{ kind: 'webhook', notificationId: notification.id }],
    });
    expect(status).to.equal(201);
    await waitFor(() => target.received.length === 1);
    const [notice] = target.bodies;
    expect(notice.title).to.equal('Gate: Is the gate open?');
    expect(notice.happenings[0]).to.include({ kind: 'watch', answer: 'Yes, it is open.' });

    const link = new URL(notice.picture);
    expect(link.origin).to.equal(gateway.origin);
    const picture = await fetch(link, { headers: STRANGER });
    expect(picture.status).to.equal(200);
    const bytes = Buffer.from(await picture.arrayBuffer());
    expect(bytes.subarray(0, 3).toString('hex')).to.equal('ffd8ff');
    const asStranger = async (path: string): Promise<number> =>
      (await fetch(new URL(path, link), { headers: STRANGER })).status;
    expect(await asStranger(link.pathname)).to.equal(401);
    expect(await asStranger(link.pathname.replace(/snapshot$/, `clip${link.search}`))).to.equal(403);
    expect(await asStranger(`/api/cameras/gate/frame${link.search}`)).to.equal(403);
    expect(await asStranger(`/api/events/${notice.happenings[0].eventId}${link.search}`)).to.equal(403);
  });

  it('tells of a camera that goes offline and comes back', async () => {
    const hook = { kind: 'webhook', url: `${target.origin}/faults` };
    await postJson(`${gateway.origin}/api/notifications`, {
      ...{ name: 'Faults', target: hook, kinds: ['camera-offline', 'camera-online'] },
      ...{ afterSeconds: 5, groupSeconds: 0 },
    });
    const told = (kind: string) =>
      waitFor(() => target.bodies.find((body) => body.kind === kind), { timeoutMs: 60_000 });
    await fetch(`${gateway.origin}/api/cameras/gate`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: 'rtsp://127.0.0.1:9/1' }),
    });
    expect((await told('camera-offline')).camera).to.equal('Gate');
    await fetch(`${gateway.origin}/api/cameras/gate`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: cameras.url('/1') }),
    });
    expect((await told('camera-online')).camera).to.equal('Gate');
  });
});

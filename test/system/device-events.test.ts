import { expect } from 'chai';
import { GatewayClient } from '#shared/client/client.ts';
import { startOnvifCamera } from '../doubles/onvif-camera.ts';
import { getJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const LOGIN = { username: 'admin', password: 'S3cr3tC4nary' };
const MOTION = 'tns1:RuleEngine/CellMotionDetector/Motion';

describe('Events of a camera itself, over the gateway', function () {
  this.timeout(60_000);
  this.bail(true);
  let gateway: RunningProcess;
  let device: Awaited<ReturnType<typeof startOnvifCamera>>;
  let client: GatewayClient;

  before(async () => {
    device = await startOnvifCamera({
      login: LOGIN,
      profiles: [{ token: 'P0', encoding: 'H264', width: 640, height: 360, uri: 'rtsp://10.0.0.1/1' }],
    });
    gateway = await startGateway({ RTSP_WORKERS: '1', ANALYSIS: 'off' });
    client = new GatewayClient({ baseUrl: gateway.origin });
    await waitFor(async () => (await getJson(`${gateway.origin}/health`)).body.database.ready);
    const ptz = { kind: 'onvif', port: device.port, path: '/onvif/device_service' } as const;
    await client.cameras.create({ id: 'yard', ip: '127.0.0.1', port: 9, ...LOGIN, ptz });
  });
  after(async () => {
    await gateway?.end();
    device?.close();
  });

  const events = async () => (await getJson(`${gateway.origin}/api/events`)).body.events;
  const switchTo = (cameraEvents: boolean) =>
    client.cameras.update('yard', {
      analysis: { motion: false, persons: false, faces: false, cameraEvents },
    });

  it('are not asked for until they are switched on, then by one subscription', async () => {
    expect(device.state.subscriptions).to.equal(0);
    await switchTo(true);
    await waitFor(() => device.state.subscriptions === 1);
  });

  it('are stored from start to end', async () => {
    device.notify(MOTION, { IsMotion: true });
    await waitFor(async () => (await events()).length === 1);
    expect((await events())[0]).to.deep.include({
      ...{ cameraId: 'yard', kind: 'motion', state: 'open', score: null },
      data: { source: 'camera', rule: 'RuleEngine/CellMotionDetector/Motion V1' },
    });
    device.notify(MOTION, { IsMotion: false });
    await waitFor(async () => (await events())[0].state === 'ended');
    device.notify('tns1:RuleEngine/LineDetector/Crossed');
    await waitFor(async () => (await events()).some(({ kind }: { kind: string }) => kind === 'crossing'));
  });

  it('end, and are asked for again, when the camera restarts', async () => {
    device.notify(MOTION, { IsMotion: true });
    await waitFor(async () => (await events())[0].state === 'open');
    device.forget();
    await waitFor(async () => (await events())[0].state === 'ended');
    await waitFor(() => device.state.subscriptions === 1);
  });

  it('are given up when they are switched off', async () => {
    await switchTo(false);
    await waitFor(() => device.state.subscriptions === 0);
    expect(device.state.refusals).to.equal(0);
  });
});

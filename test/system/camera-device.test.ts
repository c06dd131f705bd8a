import { expect } from 'chai';
import { GatewayClient } from '#shared/client/client.ts';
import { startOnvifCamera } from '../doubles/onvif-camera.ts';
import { getJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const LOGIN = { username: 'admin', password: 'S3cr3tC4nary' };

describe('The device of a camera, over the gateway', function () {
  this.timeout(60_000);
  let gateway: RunningProcess;
  let device: Awaited<ReturnType<typeof startOnvifCamera>>;
  let client: GatewayClient;

  before(async () => {
    device = await startOnvifCamera({
      login: LOGIN,
      profiles: [{ token: 'P0', encoding: 'H264', width: 640, height: 360, uri: 'rtsp://10.0.0.1/1' }],
    });
    gateway = await startGateway({ RTSP_WORKERS: '1' });
    client = new GatewayClient({ baseUrl: gateway.origin });
    await waitFor(async () => (await getJson(`${gateway.origin}/health`)).body.database.ready);
    const ptz = { kind: 'onvif', port: device.port, path: '/onvif/device_service' } as const;
    // Its stream is away: the device answers all the same.
    await client.cameras.create({ id: 'yard', ip: '127.0.0.1', port: 9, ...LOGIN, ptz });
    // Its worker tells so; before it has the camera, the gateway answers for it.
    const reason = () =>
      client.cameras.status('yard').then(
        (status) => status.reason,
        () => undefined,
      );
    await waitFor(async () => (await reason()) === 'camera-refused', { message: 'its worker' });
  });
  after(async () => {
    await gateway?.end();
    device?.close();
  });

  it('tells who made it, and how its picture is set', async () => {
    expect(await client.cameras.device('yard')).to.deep.equal({
      ...{ vendor: 'Example', model: 'Cam 1', firmware: '1.2.3', serialNumber: '42', onvifPort: device.port },
    });
    expect(await client.cameras.imaging('yard')).to.include({ brightness: 0.5, sharpness: null });
  });

  it('sets its picture and restarts it', async () => {
    expect(await client.cameras.changeImaging('yard', { brightness: 0.8 })).to.include({ brightness: 0.8 });
    await client.cameras.reboot('yard');
    expect(device.state).to.deep.include({ rebooted: 1, refusals: 0 });
  });

  it('refuses what is no setting, naming it', async () => {
    const refused = await client.cameras.changeImaging('yard', { brightness: 2 }).catch((error) => error);
    expect(refused).to.include({ code: 'invalid-field', field: 'brightness' });
  });
});

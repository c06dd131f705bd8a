import { lookup } from 'node:dns';
import { expect } from 'chai';
import { OnvifDevice } from '../../../../workers/rtsp/onvif/onvif-device.ts';
import { OnvifDriver } from '../../../../workers/rtsp/ptz/onvif.ts';
import type { PtzDriver } from '../../../../workers/rtsp/ptz/ptz.ts';
import { PtzopticsDriver } from '../../../../workers/rtsp/ptz/ptzoptics.ts';
import { CameraHttp } from '../../../../workers/rtsp/source/camera-http.ts';
import { PTZ_PATH, PtzCamera } from '../../../../workers/simulator/ptz/ptz-camera.ts';
import { quietFfmpeg } from '../../../../workers/simulator/scenes/h264-encoder.ts';
import { createRtspServer, type RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { rejection } from '../../../support/errors.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { playWithFfmpeg } from '../support/ffmpeg-client.ts';

const NO_LOGIN = { username: '', password: '' };

describe('the simulated PTZ camera', () => {
  let camera: PtzCamera;
  let rtsp: RtspServer;
  const drivers: PtzDriver[] = [];

  before(async () => {
    quietFfmpeg();
    camera = new PtzCamera();
    rtsp = createRtspServer({ streams: new Map([[PTZ_PATH, camera.source]]) });
    await rtsp.listen();
    await camera.listen({ host: '127.0.0.1', port: 0, streamUrl: rtsp.url(PTZ_PATH) });
  });

  afterEach(async () => {
    for (const driver of drivers.splice(0)) await driver.close();
  });

  after(async () => {
    await camera.close();
    await rtsp.close();
  });

  function open<T extends PtzDriver>(create: (http: CameraHttp) => T): T {
    const driver = create(
      new CameraHttp({ host: '127.0.0.1', port: camera.port as number, ...NO_LOGIN, lookup }),
    );
    drivers.push(driver);
    return driver;
  }
  const onvif = () => open((http) => new OnvifDriver(new OnvifDevice({ http, ...NO_LOGIN })));
  const ptzoptics = () => open((http) => new PtzopticsDriver(http));
  const rests = () => waitFor(() => !camera.mount.isMoving);

  it('names its stream and what it is over ONVIF', async () => {
    const http = new CameraHttp({ host: '127.0.0.1', port: camera.port as number, ...NO_LOGIN, lookup });
    const device = new OnvifDevice({ http, ...NO_LOGIN });
    expect(await device.facts()).to.include({ manufacturer: 'Simulator', model: 'PTZ' });
    const [profile] = await device.profiles();
    expect(profile).to.deep.include({ codec: 'h264', width: 960, height: 540, fps: 15, hasPtz: true });
    expect(await device.streamUrl(profile?.token ?? '')).to.equal(rtsp.url(PTZ_PATH));
    device.close();
  });

  it('is moved by ONVIF', async () => {
    const driver = onvif();
    await driver.moveTo({ pan: 0.5, tilt: -1, zoom: 0.25 });
    await rests();
    expect(await driver.position()).to.deep.equal({ pan: 0.5, tilt: -1, zoom: 0.25 });
    await driver.moveBy({ pan: -0.25 });
    await rests();
    expect(camera.mount.pose).to.deep.include({ pan: 42.5, tilt: -30, zoom: 0.25 });
    await driver.move({ pan: 1, tilt: 0, zoom: 0 });
    expect(camera.mount.isMoving).to.equal(true);
    await driver.stop();
    expect(camera.mount.isMoving).to.equal(false);
    await driver.home();
    await rests();
    expect(camera.mount.pose).to.include({ pan: 0, zoom: 0 });
  });

  it('keeps presets that ONVIF names', async () => {
    const driver = onvif();
    await driver.moveTo({ pan: 0.2, tilt: 0, zoom: 0 });
    await rests();
    const id = await driver.setPreset({ name: 'Gate' });
    expect(await driver.presets()).to.deep.equal([{ id, name: 'Gate' }]);
    await driver.home();
    await rests();
    await driver.goToPreset(id);
    await rests();
    expect(camera.mount.pose.pan).to.be.closeTo(34, 1e-3);
    await driver.removePreset(id);
    expect(await driver.presets()).to.deep.equal([]);
    expect(await rejection(driver.goToPreset(id))).to.include({ code: 'control-refused' });
  });

  it("is moved by PTZOptics' commands", async () => {
    const driver = ptzoptics();
    await driver.moveTo({ pan: -0.5, tilt: 0, zoom: 1 });
    await rests();
    expect(camera.mount.pose.pan).to.be.closeTo(-85, 0.1);
    expect(camera.mount.pose.tilt).to.be.closeTo(30, 0.1);
    expect(camera.mount.pose.zoom).to.equal(1);
    await driver.setPreset({ id: '5' });
    await driver.moveBy({ pan: 0.1 });
    await rests();
    expect(camera.mount.pose.pan).to.be.closeTo(-68, 0.1);
    await driver.goToPreset('5');
    await rests();
    expect(camera.mount.pose.pan).to.be.closeTo(-85, 0.1);
    await driver.move({ pan: 0, tilt: -1, zoom: -0.5 });
    await driver.stop();
    expect(camera.mount.isMoving).to.equal(false);
    await driver.home();
    await rests();
  });

  it('streams the picture of where it looks, only while a client plays it', async () => {
    const driver = onvif();
    await driver.moveTo({ pan: -0.5, tilt: -0.7, zoom: 0 });
    await rests();
    const left = await playWithFfmpeg(rtsp.url(PTZ_PATH), { count: 3 });
    expect(left).to.include({ width: 960, height: 540 });
    await waitFor(() => rtsp.stats().sessions.length === 0);
    await driver.moveTo({ pan: 0.5, tilt: -0.7, zoom: 0 });
    await rests();
    const right = await playWithFfmpeg(rtsp.url(PTZ_PATH), { count: 3 });
    expect(difference(left.pictures[2] as Buffer, right.pictures[2] as Buffer)).to.be.greaterThan(0.1);
  });
});

/** Share of samples that differ clearly. */
function difference(a: Buffer, b: Buffer): number {
  let different = 0;
  for (let at = 0; at < a.length; at += 7) {
    if (Math.abs((a[at] as number) - (b[at] as number)) > 20) different += 1;
  }
  return different / (a.length / 7);
}

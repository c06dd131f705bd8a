import { lookup } from 'node:dns';
import { expect } from 'chai';
import { PtzopticsDriver } from '../../../../workers/rtsp/ptz/ptzoptics.ts';
import { CameraHttp } from '../../../../workers/rtsp/source/camera-http.ts';
import { PTZ_LOGIN, type PtzCameraOptions, startPtzCamera } from '../../../doubles/ptz-camera.ts';
import { rejection } from '../../../support/errors.ts';

describe("PTZOptics' HTTP commands", () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function open(options: PtzCameraOptions = {}, login = PTZ_LOGIN) {
    const camera = await startPtzCamera(options);
    const driver = new PtzopticsDriver(
      new CameraHttp({ host: '127.0.0.1', port: camera.httpPort, ...login, lookup }),
    );
    closers.push(
      () => camera.close(),
      () => driver.close(),
    );
    return { driver, received: camera.state.received };
  }

  it('move, zoom and stop', async () => {
    const { driver, received } = await open();
    await driver.move({ pan: 1, tilt: -0.5, zoom: 0 });
    await driver.move({ pan: 0, tilt: 1, zoom: -1 });
    await driver.move({ pan: -1, tilt: 0, zoom: 0 });
    await driver.stop();
    expect(received).to.deep.equal([
      'rightdown&24&10',
      'up&1&20',
      'zoomout&7',
      'left&24&1',
      'zoomstop',
      'ptzstop&1&1',
      'zoomstop',
    ]);
  });

  it('name positions in hexadecimal', async () => {
    const { driver, received } = await open();
    await driver.moveTo({ pan: -1, tilt: 0, zoom: 1 });
    await driver.moveBy({ pan: 0.1 });
    expect(received).to.deep.equal(['abs&24&20&f670&01b0', 'zoomto&7&4000', 'rel&24&20&00f5&0000']);
  });

  it('call and store presets by number', async () => {
    const { driver, received } = await open();
    await driver.goToPreset('3');
    await driver.setPreset({ id: '100' });
    expect(received).to.deep.equal(['poscall&3', 'posset&100']);
  });

  for (const algorithms of [['MD5'], ['SHA-256'], ['MD5', 'SHA-256']] as const) {
    it(`sign in where the camera offers digest ${algorithms.join(' and ')}`, async () => {
      const { driver, received } = await open({ algorithms });
      await driver.home();
      await driver.goToPreset('1');
      expect(received).to.deep.equal(['home', 'poscall&1']);
    });
  }

  it('say that the password is wrong', async () => {
    const { driver, received } = await open(
      { algorithms: ['MD5'] },
      { username: 'admin', password: 'guess' },
    );
    expect(await rejection(driver.home())).to.include({ code: 'control-unauthorized' });
    expect(received).to.deep.equal([]);
  });

  it('refuse what the camera cannot do, naming the field', async () => {
    const { driver } = await open();
    expect(await rejection(driver.moveBy({ zoom: 0.5 }))).to.include({ code: 'invalid-field' });
    expect(await rejection(driver.moveTo({ pan: 0.5 }))).to.include({ code: 'invalid-field' });
    expect(await rejection(driver.position())).to.include({ code: 'control-unsupported' });
  });
});

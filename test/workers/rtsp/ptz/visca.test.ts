import { lookup } from 'node:dns';
import { expect } from 'chai';
import { ViscaDriver } from '../../../../workers/rtsp/ptz/visca.ts';
import { ViscaLink } from '../../../../workers/rtsp/ptz/visca-link.ts';
import { type PtzCameraOptions, startPtzCamera } from '../../../doubles/ptz-camera.ts';
import { rejection } from '../../../support/errors.ts';
import { freePort } from '../../../support/free-port.ts';

describe('VISCA', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function open(transport: 'tcp' | 'udp' = 'tcp', options: PtzCameraOptions = {}) {
    const camera = await startPtzCamera(options);
    const port = transport === 'tcp' ? camera.tcpPort : camera.udpPort;
    const address = { host: '127.0.0.1', port, transport, hasHeader: options.hasHeader ?? false, lookup };
    const driver = new ViscaDriver(new ViscaLink(address, { answerMs: options.isMute ? 100 : 5000 }));
    closers.push(
      () => camera.close(),
      () => driver.close(),
    );
    return { camera, driver, received: camera.state.received };
  }

  it('moves with speeds of the camera, and stops', async () => {
    const { driver, received } = await open();
    await driver.move({ pan: -1, tilt: 0.5, zoom: 0 });
    await driver.move({ pan: 0, tilt: 0, zoom: 1 });
    await driver.stop();
    expect(received).to.deep.equal([
      '81010601180a0101ff',
      '8101060101010303ff',
      '8101040727ff',
      '8101060101010303ff',
      '8101040700ff',
    ]);
  });

  for (const [transport, hasHeader] of [
    ['tcp', false],
    ['udp', false],
    ['udp', true],
  ] as const) {
    it(`goes to a position and tells it over ${transport}${hasHeader ? " with Sony's header" : ''}`, async () => {
      const { driver, camera } = await open(transport, { hasHeader });
      await driver.moveTo({ pan: -1, tilt: 1, zoom: 0.5 });
      expect(camera.state).to.include({ pan: -2448, tilt: 1296, zoom: 0x2000 });
      expect(await driver.position()).to.deep.equal({ pan: -1, tilt: 1, zoom: 0.5 });
    });
  }

  it('keeps the axis that a position leaves out', async () => {
    const { driver, camera } = await open();
    camera.state.tilt = 432;
    await driver.moveTo({ pan: 0 });
    expect(camera.state).to.include({ pan: 0, tilt: 432 });
  });

  it('takes the late completion of a move for no answer to what follows', async () => {
    const { driver, camera } = await open('tcp', { completesLate: true });
    await driver.moveTo({ pan: 1, tilt: 0 });
    await driver.home();
    expect((await driver.position()).pan).to.equal(1);
    expect(camera.state.received.at(-3)).to.equal('81010604ff');
  });

  it('moves by a part of the range, and zooms from where it stands', async () => {
    const { driver, camera } = await open();
    camera.state.zoom = 0x1000;
    await driver.moveBy({ pan: 1, tilt: -1, zoom: 0.25 });
    expect(camera.state.received[0]).to.equal('810106031814' + '00090900' + '0f0c0a00' + 'ff');
    expect(camera.state.zoom).to.equal(0x2000);
  });

  it('calls, stores and removes presets', async () => {
    const { driver, received } = await open();
    expect(await driver.setPreset({ id: '7' })).to.equal('7');
    await driver.goToPreset('254');
    await driver.removePreset('0');
    expect(received).to.deep.equal(['8101043f0107ff', '8101043f02feff', '8101043f0000ff']);
  });

  for (const preset of ['90', '99', '255', '-1', 'door', '1.5', '']) {
    it(`refuses preset ${JSON.stringify(preset)} before it reaches the camera`, async () => {
      const { driver, received } = await open();
      expect(await rejection(driver.goToPreset(preset))).to.include({ code: 'invalid-field' });
      expect(received).to.deep.equal([]);
    });
  }

  it('says why a camera refuses', async () => {
    const { driver } = await open('tcp', { refuses: 0x41 });
    const error = await rejection(driver.home());
    expect(error).to.include({ code: 'control-refused' });
    expect(error.message).to.include('cannot do that now');
  });

  it('connects anew after the camera hung up', async () => {
    const { driver, camera } = await open();
    await driver.home();
    camera.hangUp();
    await driver.home().catch(() => driver.home());
    expect(camera.state.received).to.include('81010604ff');
  });

  it('gives up on a camera that does not answer', async () => {
    const { driver } = await open('tcp', { isMute: true });
    expect(await rejection(driver.home())).to.include({ code: 'control-unreachable' });
  });

  it('gives up where nothing listens', async () => {
    const address = {
      host: '127.0.0.1',
      port: await freePort(),
      transport: 'tcp',
      hasHeader: false,
      lookup,
    } as const;
    const driver = new ViscaDriver(new ViscaLink(address));
    expect(await rejection(driver.home())).to.include({ code: 'control-unreachable' });
  });
});

import { expect } from 'chai';
import type { CameraSource } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import { CameraDevices } from '../../../../workers/rtsp/onvif/camera-devices.ts';
import { changeImaging, readImaging } from '../../../../workers/rtsp/onvif/imaging.ts';
import { startOnvifCamera } from '../../../doubles/onvif-camera.ts';
import { cameraSource } from '../../../support/camera-source.ts';
import { rejection } from '../../../support/errors.ts';

const LOGIN = { username: 'admin', password: 'pässword' };
const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};

describe('The device of a camera', () => {
  let camera: Awaited<ReturnType<typeof startOnvifCamera>>;
  let devices: CameraDevices;
  let source: CameraSource;

  beforeEach(async () => {
    camera = await startOnvifCamera({
      manufacturer: 'Example & Söhne'.replace('&', '&amp;'),
      login: LOGIN,
      profiles: [{ token: 'P0', encoding: 'H264', width: 640, height: 360, uri: 'rtsp://10.0.0.1/1' }],
    });
    const ptz = { kind: 'onvif', port: camera.port, path: '/onvif/device_service' } as const;
    source = cameraSource(554, { host: '127.0.0.1', ...LOGIN, ptz });
    devices = new CameraDevices({
      guard: { policy: POLICY },
      sourceOf: (id) => {
        if (id !== 'yard') throw new AppError('camera-not-found', `No camera ${id}`);
        return source;
      },
    });
  });
  afterEach(() => {
    devices.close();
    camera.close();
  });

  it('tells who made it', async () => {
    const facts = await devices.use('yard', ({ device }) => device.facts());
    expect(facts).to.deep.equal({
      ...{ manufacturer: 'Example & Söhne', model: 'Cam 1', firmware: '1.2.3', serialNumber: '42' },
    });
  });

  it('tells how its picture is set, in shares of what it allows', async () => {
    expect(await devices.use('yard', ({ device }) => readImaging(device))).to.deep.equal({
      ...{ brightness: 0.5, contrast: 0.5, saturation: null, sharpness: null, irCutFilter: 'auto' },
    });
  });

  it('sets what is named and nothing else, 0 included', async () => {
    const now = await devices.use('yard', ({ device }) =>
      changeImaging(device, { brightness: 0, irCutFilter: 'on' }),
    );
    expect(now).to.include({ brightness: 0, contrast: 0.5, irCutFilter: 'on' });
    expect(camera.state.imaging).to.deep.equal({ Brightness: '0', Contrast: '25', IrCutFilter: 'ON' });
  });

  it('changes nothing where it lacks one of what is named', async () => {
    const change = devices.use('yard', ({ device }) =>
      changeImaging(device, { brightness: 1, sharpness: 1 }),
    );
    expect(await rejection(change)).to.include({ code: 'control-unsupported', field: 'sharpness' });
    expect(camera.state.imaging.Brightness).to.equal('50');
  });

  it('restarts', async () => {
    await devices.use('yard', ({ device }) => device.reboot());
    expect(camera.state.rebooted).to.equal(1);
  });

  it('is asked one thing after another, by one connection', async () => {
    const both = [1, 2].map(() => devices.use('yard', ({ device }) => readImaging(device)));
    expect(await Promise.all(both)).to.have.lengthOf(2);
    expect(camera.state.calls.filter((name) => name === 'GetServices')).to.have.lengthOf(1);
  });

  it('sends a wrong password once, and again with the next request only', async () => {
    source = { ...source, password: 'guess' } as CameraSource;
    for (const times of [1, 2]) {
      const error = await rejection(devices.use('yard', ({ device }) => device.facts()));
      expect(error).to.include({ code: 'control-unauthorized' });
      expect(camera.state.refusals).to.equal(times);
    }
  });

  it('is said to be missing where there is none', async () => {
    source = cameraSource(554, { host: '127.0.0.1' });
    camera.close();
    const error = await rejection(devices.use('yard', ({ device }) => device.facts()));
    expect(error).to.include({ code: 'control-unsupported' });
    expect(await rejection(devices.use('away', async () => {}))).to.include({ code: 'camera-not-found' });
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { lookup } from 'node:dns';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { rtspSourceFromUrl } from '#shared/camera-source.ts';
import { CameraSearch } from '../../../../workers/rtsp/discovery/camera-search.ts';
import { Checklist } from '../../../../workers/rtsp/discovery/checklist.ts';
import { OnvifDevice } from '../../../../workers/rtsp/onvif/onvif-device.ts';
import { OnvifDriver } from '../../../../workers/rtsp/ptz/onvif.ts';
import { CameraHttp } from '../../../../workers/rtsp/source/camera-http.ts';
import { rejection } from '../../../support/errors.ts';
import { freePort } from '../../../support/free-port.ts';
import { IPYCAM_PYTHON, requirePeer } from '../../../support/peers.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { waitFor } from '../../../support/wait-for.ts';

const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};
const LOGIN = { username: 'operator', password: 'p@ss<word>&"1' };

describe('A virtual ONVIF camera of another maker (ipycam)', function () {
  this.timeout(60_000);
  let camera: ChildProcess;
  let port: number;
  const devices: OnvifDevice[] = [];

  before(async function () {
    requirePeer(this, 'ipycam');
    port = await freePort();
    const folder = temporaryFolder();
    const config = join(folder, 'camera.json');
    const rtspPort = await freePort();
    const ports = {
      onvif_port: port,
      rtsp_port: rtspPort,
      rtmp_port: await freePort(),
      web_port: port,
    };
    const user = LOGIN;
    writeFileSync(config, JSON.stringify({ local_ip: '127.0.0.1', ...ports, ...user }));
    camera = spawn(IPYCAM_PYTHON, ['-m', 'ipycam', '--config', config, '--source', 'video'], {
      cwd: folder,
      stdio: 'ignore',
    });
    // Its streams come a while after its device service.
    for (const each of [port, rtspPort])
      await waitFor(() => isOpen(each), { message: 'the camera to listen', timeoutMs: 40_000 });
  });

  afterEach(() => {
    for (const device of devices.splice(0)) device.close();
  });
  after(() => void camera?.kill('SIGKILL'));

  function open(login = LOGIN): OnvifDevice {
    const http = new CameraHttp({ host: '127.0.0.1', port, ...login, lookup });
    const device = new OnvifDevice({ http, ...login });
    devices.push(device);
    return device;
  }

  it('says who made it', async () => {
    expect(await open().facts()).to.include({ manufacturer: 'PythonCam', model: 'VirtualCam-1' });
  });

  it('names its profiles and their streams', async () => {
    const device = open();
    const [main, sub] = await device.profiles();
    expect(main).to.include({ codec: 'h264', width: 1920, height: 1080, hasPtz: true });
    expect(sub).to.include({ codec: 'h264' });
    expect(await device.streamUrl(main?.token ?? '')).to.match(/^rtsp:\/\/127\.0\.0\.1:\d+\//);
    expect(await device.snapshotUrl(main?.token ?? '')).to.match(/^http:\/\//);
  });

  it('is found by its address: its streams are where it says', async () => {
    const device = open();
    const [main, sub] = await device.profiles();
    const urls = await Promise.all([main, sub].map((profile) => device.streamUrl(profile?.token ?? '')));
    const sources = urls.map((url) => rtspSourceFromUrl(url));
    const search = new CameraSearch({
      target: { host: '127.0.0.1', secure: false, ...LOGIN },
      checklist: new Checklist(() => {}),
      guard: { policy: POLICY },
      signal: new AbortController().signal,
      ports: { rtsp: [1], rtsps: [], onvif: [port] },
    });
    try {
      await search.run();
      expect(search.streams.map(({ source }) => source.path)).to.deep.equal(sources.map(({ path }) => path));
      expect(search.device).to.deep.include({ vendor: 'PythonCam', model: 'VirtualCam-1' });
      expect(search.device.ptz).to.deep.equal({ kind: 'onvif', port, path: '/onvif/device_service' });
    } finally {
      search.close();
    }
  });

  it('moves, stops and tells where it looks', async () => {
    const driver = new OnvifDriver(open());
    await driver.moveTo({ pan: 0.5, tilt: -0.25, zoom: 0.5 });
    expect(await driver.position()).to.deep.equal({ pan: 0.5, tilt: -0.25, zoom: 0.5 });
    await driver.move({ pan: -1, tilt: 0, zoom: 0 });
    await driver.stop();
    await driver.home();
  });

  it('stores, lists and recalls presets', async () => {
    const driver = new OnvifDriver(open());
    await driver.moveTo({ pan: 0.25, tilt: 0.25, zoom: 0.25 });
    const id = await driver.setPreset({ name: 'Front gate' });
    expect(await driver.presets()).to.deep.include({ id, name: 'Front gate' });
    await driver.moveTo({ pan: 0, tilt: 0, zoom: 0 });
    await driver.goToPreset(id);
    await waitFor(async () => (await driver.position()).pan > 0.2);
  });

  it('refuses a wrong password, which is said', async () => {
    const device = open({ ...LOGIN, password: 'guess' });
    expect(await rejection(device.facts())).to.include({ code: 'control-unauthorized' });
  });
});

function isOpen(at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

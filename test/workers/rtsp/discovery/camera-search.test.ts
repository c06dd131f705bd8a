import { expect } from 'chai';
import type { ProbeStep, ProbeTarget } from '#shared/contract/probe.ts';
import { CameraSearch, type SearchPorts } from '../../../../workers/rtsp/discovery/camera-search.ts';
import { Checklist } from '../../../../workers/rtsp/discovery/checklist.ts';
import { createRtspServer, type RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { LoopSource } from '../../../../workers/simulator/server/stream/loop-source.ts';
import { startOnvifCamera } from '../../../doubles/onvif-camera.ts';
import { madeUpUnit } from '../../simulator/support/material.ts';
import { VENDOR_CAMERAS, type VendorCamera } from './vendor-cameras.ts';

const LOGIN = { username: 'admin', password: 'p@ss "wörd" 1' };
const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};

describe('Finding the streams of a camera', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** Streams with parameter sets of their own, as those of different sizes have. */
  const streamsAt = (paths: readonly string[]) =>
    new Map(
      paths.map((path, index) => {
        const { data: unit } = madeUpUnit({ bytes: 100, keyframe: true });
        const data = Buffer.concat([Buffer.from([0, 0, 0, 1, 0x67, 0x42, 0xc0, index + 1]), unit]);
        return [
          path,
          new LoopSource({ codec: 'h264', units: [{ data, keyframe: true }], framesPerSecond: 5 }),
        ];
      }),
    );

  async function start(camera: Pick<VendorCamera, 'manners' | 'paths' | 'onvif'>, login?: typeof LOGIN) {
    const server = createRtspServer({
      streams: streamsAt(camera.paths),
      manners: camera.manners,
      ...(login && { credentials: login }),
    });
    await server.listen();
    closing.push(() => server.close());
    if (camera.onvif === undefined) return { server, onvifPorts: [], onvif: undefined };
    const onvif = await startOnvifCamera({
      ...camera.onvif,
      ...(login && { login }),
      profiles: camera.onvif.paths.map((path, index) => ({
        token: `P${index}`,
        encoding: 'H264',
        width: 1920 >> index,
        height: 1080 >> index,
        // A camera behind a router names an address that only it knows.
        uri: `rtsp://10.99.0.1:${server.port}${path}`,
      })),
    });
    closing.push(() => onvif.close());
    return { server, onvifPorts: [onvif.port], onvif };
  }

  async function search(
    { server, onvifPorts }: { server: Pick<RtspServer, 'port'>; onvifPorts: number[] },
    given: Partial<ProbeTarget> = {},
    signal = new AbortController().signal,
  ) {
    const steps: ProbeStep[] = [];
    const ports: SearchPorts = { rtsp: [server.port], rtsps: [], onvif: onvifPorts };
    const found = new CameraSearch({
      target: { host: '127.0.0.1', secure: false, ...LOGIN, ...given },
      checklist: new Checklist((step) => steps.push(step)),
      guard: { policy: POLICY },
      signal,
      ports,
    });
    closing.push(() => found.close());
    const error = await found.run().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const paths = found.streams.map(({ source }) => source.path);
    return { paths, device: found.device, steps: steps.map(({ step }) => step), error };
  }

  for (const camera of VENDOR_CAMERAS) {
    it(`finds those of ${camera.name}`, async () => {
      const hasPassword = camera.manners.realm !== undefined;
      const started = await start(camera, hasPassword ? LOGIN : undefined);
      const refused: string[] = [];
      started.server.on('request', ({ method, status }) => {
        if (status === 401) refused.push(method);
      });
      const { paths, device, steps, error } = await search(started);
      expect(error).to.equal(undefined);
      expect(paths).to.deep.equal(camera.finds);
      expect(device.vendor ?? '').to.equal(camera.vendor);
      expect(steps).to.deep.equal(['reachable', 'rtsp', 'password', 'streams']);
      expect(started.onvif?.state.refusals ?? 0).to.equal(0);
      const { connections } = started.server.stats();
      expect(connections, 'open connections').to.be.at.most(1);
    });
  }

  describe('with a wrong password', () => {
    const signedRefusals = (server: RtspServer): (() => number) => {
      let count = 0;
      let isAsked = false;
      server.on('request', ({ status }) => {
        if (status === 401 && isAsked) count += 1;
        isAsked = status === 401;
      });
      return () => count;
    };

    for (const name of ['Dahua', 'TP-Link Tapo', 'Amcrest, a Dahua by another name']) {
      it(`sends it once to ${name}`, async () => {
        const started = await start(VENDOR_CAMERAS.find((one) => one.name === name) as VendorCamera, LOGIN);
        const refusals = signedRefusals(started.server);
        const { error, paths } = await search(started, { password: 'guess' });
        expect(error).to.include({ code: 'camera-unauthorized' });
        expect(paths).to.deep.equal([]);
        expect(refusals() + (started.onvif?.state.refusals ?? 0)).to.equal(1);
      });
    }

    for (const security of ['wsse', 'digest'] as const) {
      it(`sends it once where only ONVIF asks for it (${security})`, async () => {
        const onvif = { manufacturer: 'Example', paths: ['/hidden'], security };
        const manners = { realm: 'camera', tellsPathsFirst: true };
        const started = await start({ manners, paths: ['/hidden'], onvif }, LOGIN);
        const { error } = await search(started, { password: 'guess' });
        expect(error).to.include({ code: 'camera-unauthorized' });
        expect(started.onvif?.state.refusals).to.equal(1);
      });
    }

    it('asks for one where none was given, and sends nothing', async () => {
      const started = await start(VENDOR_CAMERAS[2] as VendorCamera, LOGIN);
      const refusals = signedRefusals(started.server);
      const { error, steps } = await search(started, { username: '', password: '' });
      expect(error).to.include({ code: 'camera-unauthorized' });
      expect(steps).to.deep.equal(['reachable', 'rtsp']);
      expect(refusals()).to.equal(0);
    });
  });

  it('goes on without ONVIF where that has users of its own', async () => {
    const [camera] = VENDOR_CAMERAS as [VendorCamera];
    const started = await start(camera, LOGIN);
    const onvif = await startOnvifCamera({ profiles: [], login: { username: 'onvif', password: 'other' } });
    closing.push(() => onvif.close());
    const { error, paths } = await search({ ...started, onvifPorts: [onvif.port] });
    expect(error).to.equal(undefined);
    expect(paths).to.deep.equal(camera.finds);
    expect(onvif.state.refusals).to.equal(1);
  });

  it('finds a camera by ONVIF alone where its RTSP port is an unusual one', async () => {
    const started = await start(
      { manners: {}, paths: ['/odd'], onvif: { manufacturer: 'Example', paths: ['/odd'] } },
      LOGIN,
    );
    const ports = { port: 1 };
    const { error, paths, steps } = await search({ server: ports, onvifPorts: started.onvifPorts });
    expect(error).to.equal(undefined);
    expect(paths).to.deep.equal(['/odd']);
    expect(steps).to.deep.equal(['reachable', 'rtsp', 'password', 'streams']);
  });

  it('asks a camera with the newer media service whose clock is an hour ahead', async () => {
    const started = await start({ manners: {}, paths: ['/odd', '/small'] }, LOGIN);
    const onvif = await startOnvifCamera({
      login: LOGIN,
      hasMedia2: true,
      clockOffsetMs: 3_600_000,
      profiles: ['/small', '/odd'].map((path, index) => ({
        token: `P${index}`,
        encoding: 'H264',
        width: 640 * (index + 1),
        height: 360 * (index + 1),
        uri: `rtsp://127.0.0.1:${started.server.port}${path}`,
      })),
    });
    closing.push(() => onvif.close());
    const { paths } = await search({ ...started, onvifPorts: [onvif.port] });
    expect(paths).to.deep.equal(['/odd', '/small']);
  });

  it('tries the path that was given first, and takes its partner along', async () => {
    const [camera] = VENDOR_CAMERAS as [VendorCamera];
    const started = await start({ ...camera, paths: ['/mine', ...camera.paths] }, LOGIN);
    expect((await search(started, { path: '/mine' })).paths).to.deep.equal(['/mine']);
    const given = await search(started, { path: camera.paths[0] as string });
    expect(given.paths).to.deep.equal(camera.finds);
    const sub = await search(started, { path: camera.paths[1] as string });
    expect(sub.paths).to.deep.equal(camera.finds.toReversed());
  });

  it('says that a host has no RTSP, and that it does not answer', async () => {
    const closed = await search({ server: { port: 1 }, onvifPorts: [] });
    expect(closed.error).to.include({ code: 'camera-refused' });
    expect(closed.steps).to.deep.equal(['reachable']);
    const denied = await search({ server: { port: 22 }, onvifPorts: [] }, { host: '169.254.169.254' });
    expect(denied.error).to.include({ code: 'camera-address-denied' });
    expect(denied.steps).to.deep.equal([]);
  });

  it('says that no known path fits', async () => {
    const started = await start({ manners: {}, paths: ['/secret-path'] }, LOGIN);
    const { error, steps } = await search(started);
    expect(error).to.include({ code: 'camera-path-not-found' });
    expect(steps).to.deep.equal(['reachable', 'rtsp', 'password']);
  });

  it('ends when the client leaves', async () => {
    const started = await start(VENDOR_CAMERAS[0] as VendorCamera, LOGIN);
    started.server.setFault('*', { fault: 'silent' });
    const leaving = new AbortController();
    const ended = search(started, {}, leaving.signal);
    started.server.once('request', () => leaving.abort());
    expect((await ended).paths).to.deep.equal([]);
  });
});

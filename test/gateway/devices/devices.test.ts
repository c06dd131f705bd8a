import type { Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { formatMetrics } from '#shared/http/prometheus-text.ts';
import { Redactor } from '#shared/redact.ts';
import { createDevices, type Devices, type MediamtxSettings } from '../../../gateway/devices/devices.ts';
import { getJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { originOf, serve, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ManualClock } from '../jobs/manual-clock.ts';
import { MediamtxDouble } from './mediamtx/mediamtx-double.ts';
import { livePath } from './mediamtx/mediamtx-shapes.ts';
import { useSqlite } from './mediamtx/sync-stage.ts';

describe('Devices as a whole', () => {
  const store = useSqlite();
  let mediamtx: MediamtxDouble;
  let redactor: Redactor;
  let clock: ManualClock;
  let devices: Devices;
  let server: Server;
  let api: string;

  beforeEach(async () => {
    await store().db.deleteFrom('devices').execute();
    mediamtx = await MediamtxDouble.open();
    redactor = new Redactor();
    clock = new ManualClock();
  });

  afterEach(async () => {
    await devices.close();
    mediamtx.close();
    stop(server);
  });

  async function open(
    settings?: Partial<MediamtxSettings & MediamtxSettings['servers'][number]>,
  ): Promise<void> {
    const { apiUrl = mediamtx.origin, server: name = 'mediamtx', webrtcUrl, ...others } = settings ?? {};
    const camera = { id: '1', name: 'Front', location: '', connected: true };
    devices = createDevices({
      store: store(),
      cameras: { list: async () => [camera], onChange: () => () => {} },
      managedCameras: {
        list: async () => [{ id: '1', url: 'rtsp://10.0.0.1/1' }],
        onChange: () => () => {},
      },
      mediamtx:
        settings === undefined ? undefined : { servers: [{ apiUrl, server: name, webrtcUrl }], ...others },
      redactor,
      log: silentLog,
      clock,
    });
    server = await serve(express().use(mounted(devices.routes)));
    api = `${originOf(server)}/api/devices`;
    devices.start();
  }

  const list = async (): Promise<{ device_key: string; device_metadata: string }[]> =>
    (await getJson(api)).body;
  const keys = async () => (await list()).map(({ device_key }) => device_key);
  const metrics = () => formatMetrics(devices.metrics());

  it("lists the gateway's own cameras without any MediaMTX", async () => {
    await open();
    await waitFor(async () => (await keys()).includes('1'));
    expect([devices.health(), devices.metrics()]).to.deep.equal([undefined, []]);
    expect(mediamtx.seen).to.deep.equal([]);
  });

  it('lists the paths of MediaMTX beside them, and reports the state of the sync', async () => {
    mediamtx.paths = [livePath('yard')];
    await open({ webrtcUrl: 'https://media.example' });
    await waitFor(async () => (await keys()).includes('yard'));
    const yard = (await list()).find(({ device_key }) => device_key === 'yard');
    expect(JSON.parse(yard?.device_metadata as string).whep_url).to.equal('https://media.example/yard/whep');
    await waitFor(() => (devices.health() as { status: string }).status === 'ok');
    expect(devices.health()).to.include({
      paths: 1,
      skipped: 0,
      version: 'v1.20.1',
      ageMs: 0,
      lastError: null,
    });
    expect(devices.health()).to.not.include.keys('manage');
    clock.advance(30_000);
    expect(metrics())
      .to.include('gateway_mediamtx_sync_up{server="mediamtx"} 1')
      .and.include('gateway_mediamtx_sync_age_seconds{server="mediamtx"} 30')
      .and.include('gateway_mediamtx_paths{server="mediamtx"} 1');
    expect(mediamtx.changes).to.deep.equal([]);
  });

  it('lists the paths of a MediaMTX that starts after the gateway, within seconds', async () => {
    mediamtx.isDown = true;
    mediamtx.paths = [livePath('late')];
    await open({});
    await waitFor(() => (devices.health() as { status: string }).status === 'failing');
    // Own cameras, ageing, sync and the watch for a restart all wait for their next turn.
    await waitFor(() => clock.waiting === 4);
    mediamtx.isDown = false;
    clock.advance(5000);
    await waitFor(async () => (await keys()).includes('late'));
  });

  it('reports a failing sync, without the credentials of the API', async () => {
    mediamtx.intercept = () => [401, ''];
    const apiUrl = mediamtx.origin.replace('://', '://api:S3cr3tC4nary@');
    await open({ apiUrl });
    await waitFor(() => (devices.health() as { status: string }).status === 'failing');
    expect(JSON.stringify(devices.health())).to.include('mediamtx-unauthorized').and.not.include('C4nary');
    expect(metrics())
      .to.include('gateway_mediamtx_sync_up{server="mediamtx"} 0')
      .and.include('gateway_mediamtx_sync_failures_total{server="mediamtx"} 1');
    expect(redactor.redact('S3cr3tC4nary')).to.equal('***');
  });

  it('lets MediaMTX carry the cameras, and knows which path is whose', async () => {
    const manage = { prefix: 'gateway-', owner: 'test', isOnDemand: true };
    await open({ manage });
    await waitFor(() => mediamtx.configs.has('gateway-1'));
    mediamtx.paths = [livePath('gateway-1')];
    await waitFor(() => (devices.health() as { manage: { managed: number } }).manage.managed === 1);
    // Own cameras, ageing, sync, management and the watch for a restart all wait for their next turn.
    await waitFor(() => clock.waiting === 5);
    clock.advance(70_000);
    await waitFor(async () => (await keys()).includes('gateway-1'));
    const path = (await list()).find(({ device_key }) => device_key === 'gateway-1');
    expect(JSON.parse(path?.device_metadata as string).camera_id).to.equal('1');
    expect(metrics()).to.include('gateway_mediamtx_managed_paths{server="mediamtx"} 1');
  });

  it('has no WHEP address where the WebRTC server of MediaMTX is off', async () => {
    mediamtx.paths = [livePath('yard')];
    await open({ webrtcUrl: null });
    await waitFor(async () => (await keys()).includes('yard'));
    const yard = (await list()).find(({ device_key }) => device_key === 'yard');
    expect(JSON.parse(yard?.device_metadata as string).whep_url).to.equal(null);
  });
});

import type { Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { AppError } from '#shared/errors.ts';
import type { DeviceFilter } from '../../../gateway/devices/device-repository.ts';
import { deviceRoutes } from '../../../gateway/devices/routes.ts';
import type { DeviceRow } from '../../../gateway/store/database.ts';
import { getJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { originOf, problems, serve, stop } from '../../support/serve.ts';

const SEEN = Date.UTC(2026, 7, 22, 10);

describe('GET /api/devices', () => {
  let rows: DeviceRow[];
  let filters: DeviceFilter[];
  let failure: AppError | undefined;
  let server: Server;
  let api: string;

  beforeEach(async () => {
    rows = [];
    filters = [];
    failure = undefined;
    const list = async (filter: DeviceFilter = {}) => {
      if (failure !== undefined) throw failure;
      filters.push(filter);
      return rows;
    };
    const app = express();
    app.use(mounted(deviceRoutes({ repository: { list, keys: async () => rows } })));
    app.use(problems);
    server = await serve(app);
    api = `${originOf(server)}/api/devices`;
  });

  afterEach(() => {
    stop(server);
  });

  const metadataOf = async (headers: Record<string, string> = {}) =>
    JSON.parse((await getJson(api, headers)).body[0].device_metadata);

  it('lists devices as the contract says, the metadata a JSON string', async () => {
    rows = [
      row({ name: 'yard', ready: true, whep_url: null }),
      { ...row({}), device_key: 'b', is_active: 0 },
    ];
    const { status, body, headers } = await getJson(`${api}?device_type=camera&active_only=false`);
    expect([status, headers.get('cache-control')]).to.deep.equal([200, 'no-store']);
    expect(body[0]).to.deep.equal({
      device_key: 'yard',
      device_type: 'camera',
      source: 'mediamtx',
      last_seen: '2026-08-22T10:00:00.000Z',
      is_active: true,
      device_metadata: '{"name":"yard","ready":true,"whep_url":null}',
      created_at: '2026-08-22T10:00:00.000Z',
      updated_at: '2026-08-22T10:00:00.000Z',
    });
    expect(body[1]).to.include({ device_key: 'b', is_active: false });
  });

  for (const [query, filter] of [
    ['', { type: undefined, activeOnly: undefined }],
    ['?device_type=camera', { type: 'camera', activeOnly: undefined }],
    ['?active_only=true', { type: undefined, activeOnly: true }],
    ['?active_only=1&device_type=door-bell', { type: 'door-bell', activeOnly: true }],
    ['?active_only=False&_=1234', { type: undefined, activeOnly: false }],
  ] as const) {
    it(`filters by ${query || 'nothing'}`, async () => {
      await getJson(api + query);
      expect(filters).to.deep.equal([filter]);
    });
  }

  for (const [query, field] of [
    ['active_only=maybe', 'active_only'],
    ['active_only=', 'active_only'],
    ['active_only=true&active_only=false', 'active_only'],
    ['device_type=', 'device_type'],
    ['device_type=%27%3B--', 'device_type'],
    ['device_type[x]=camera&device_type[y]=a', undefined],
    [`device_type=${'x'.repeat(65)}`, 'device_type'],
  ] as const) {
    it(`answers ${query.slice(0, 40)} with ${field === undefined ? 'what it can' : `400 naming ${field}`}`, async () => {
      const { status, body } = await getJson(`${api}?${query}`);
      if (field === undefined) expect(status).to.equal(200);
      else expect([status, body.code, body.field]).to.deep.equal([400, 'invalid-field', field]);
    });
  }

  it('says when the database is not available', async () => {
    failure = new AppError('storage-unavailable', 'The database is not available', { retryAfter: 2 });
    const { status, headers } = await getJson(api);
    expect([status, headers.get('retry-after')]).to.deep.equal([503, '2']);
  });

  it("makes the address of the gateway's own cameras one that this client can reach", async () => {
    rows = [row({ whep_url: '/whep/1', name: '"whep_url":"/no' })];
    const headers = {
      'X-Forwarded-Host': 'cams.example',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Prefix': '/gw',
    };
    expect(await metadataOf(headers)).to.deep.equal({
      whep_url: 'https://cams.example/gw/whep/1',
      name: '"whep_url":"/no',
    });
  });

  it('gives a client elsewhere the host by which it came, where MediaMTX runs beside the gateway', async () => {
    rows = [row({ whep_url: 'http://localhost:8889/yard/cam%201/whep' })];
    expect(await metadataOf()).to.deep.equal({ whep_url: 'http://localhost:8889/yard/cam%201/whep' });
    expect(await metadataOf({ 'X-Forwarded-Host': 'cams.example:5000' })).to.deep.equal({
      whep_url: 'http://cams.example:8889/yard/cam%201/whep',
    });
  });

  it('leaves an address alone that every client can reach', async () => {
    rows = [row({ whep_url: 'https://localhost.example/yard/whep' })];
    expect(await metadataOf({ 'X-Forwarded-Host': 'cams.example' })).to.deep.equal({
      whep_url: 'https://localhost.example/yard/whep',
    });
  });
});

function row(metadata: object): DeviceRow {
  return {
    device_key: 'mediamtx:yard',
    device_type: 'camera',
    source: 'mediamtx',
    last_seen: SEEN,
    is_active: 1,
    device_metadata: JSON.stringify(metadata),
    created_at: SEEN,
    updated_at: SEEN,
  };
}

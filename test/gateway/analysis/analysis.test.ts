import { expect } from 'chai';
import express from 'express';
import type { ObservedEvent } from '#shared/detections.ts';
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import { Redactor } from '#shared/redact.ts';
import { type Analysis, createAnalysis } from '../../../gateway/analysis/analysis.ts';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import type { EventState } from '../../../gateway/events/event.ts';
import { AnalysisDouble } from '../../doubles/analysis-double.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { mounted } from '../../support/mounted.ts';
import { routingTo } from '../../support/routing.ts';
import { originOf, serve, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const OFF: AnalysisSettings = { motion: false, persons: false, faces: false };
const RTSP = { origin: 'http://127.0.0.1:8082', token: 'rtsp-token' };

const event = (change: Partial<ObservedEvent> = {}): ObservedEvent => ({
  id: 'e1',
  cameraId: '1',
  kind: 'person',
  label: 'person',
  score: 0.8,
  startedAt: 1000,
  updatedAt: 2000,
  endedAt: null,
  zones: [],
  data: {},
  ...change,
});

describe('Analysis in the gateway', () => {
  let worker: AnalysisDouble;
  let pool: FakePool;
  let directory: CameraDirectory;
  let analysis: Analysis;
  let stored: { event: EventState; picture: string | undefined }[];
  let counted: string[];

  beforeEach(async () => {
    worker = await AnalysisDouble.open();
    pool = new FakePool(['rtsp-0'], { optional: ['analysis'] });
    directory = new CameraDirectory(10, new Redactor());
    stored = [];
    counted = [];
    analysis = create(true);
    analysis.start();
  });

  afterEach(async () => {
    await analysis.close();
    await worker.close();
  });

  function create(isOn: boolean): Analysis {
    return createAnalysis({
      pool,
      worker: 'analysis',
      isOn,
      directory,
      routing: routingTo(pool),
      events: {
        observe: async (observed, picture) =>
          void stored.push({ event: observed, picture: picture?.jpeg.toString() }),
        count: (kind) => counted.push(kind),
        followers: new Set(),
      },
      log: silentLog,
    });
  }

  function register(id: string, switches: Partial<AnalysisSettings>, enabled = true): void {
    directory.setRegistered({
      id,
      name: id,
      location: '',
      source: {
        kind: 'rtsp',
        secure: false,
        host: '10.0.0.1',
        port: 554,
        path: '/1',
        username: '',
        password: '',
        transport: 'tcp',
      },
      origin: 'registry',
      enabled,
      analysis: { ...OFF, ...switches },
      isFromFile: false,
    });
  }

  const wanted = () => worker.received.at(-1)?.cameras.map(({ cameraId }) => cameraId);

  async function bringUp(): Promise<void> {
    pool.bringUp('rtsp-0', RTSP);
    pool.bringUp('analysis', worker);
    await waitFor(() => worker.listeners.size === 1);
  }

  it('tells the worker of every enabled camera with a switch on, and where its frames are', async () => {
    register('1', {
      motion: true,
      masks: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      ],
    });
    register('2', {});
    register('3', { faces: true });
    register('4', { persons: true }, false);
    await bringUp();
    await waitFor(() => wanted()?.length === 2);
    expect(wanted()).to.deep.equal(['1', '3']);
    expect(worker.received.at(-1)?.cameras[0]).to.deep.equal({
      cameraId: '1',
      ...RTSP,
      settings: {
        ...OFF,
        motion: true,
        masks: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
        ],
      },
      zones: [],
      isMetered: false,
    });
  });

  it('meters the motion of a camera while a client looks, and only then', async () => {
    register('1', {});
    await bringUp();
    expect(pool.started).to.deep.equal([]);
    const server = await serve(express().use(mounted(analysis.routes)));
    const ending = new AbortController();
    const open = (signal: AbortSignal) => fetch(`${originOf(server)}/api/cameras/1/motion`, { signal });
    const response = await open(ending.signal);
    expect(response.headers.get('content-type')).to.include('text/event-stream');
    await waitFor(() => worker.received.at(-1)?.cameras[0]?.isMetered === true);
    expect(worker.received.at(-1)?.cameras[0]?.settings).to.deep.equal(OFF);
    const facts = { cameraId: '1', timestamp: 5, state: 'moving' as const, area: 0.02, minArea: 0.003 };
    const level = { ...facts, zones: [{ name: 'Gate', area: 0.01, minArea: 0.003 }] };
    worker.send({ type: 'motion-level', ...level });
    let text = '';
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    while (!/event: level.*\n\n/s.test(text)) text += (await reader?.read())?.value ?? '';
    expect(text).to.include(`event: level\ndata: ${JSON.stringify(level)}\n\n`);
    ending.abort();
    await waitFor(() => wanted()?.length === 0);
    // A meter that is open when the gateway stops is ended by it.
    const last = await open(AbortSignal.timeout(10_000));
    await analysis.close();
    await last.text();
    stop(server);
  });

  it('tells it anew after every change, and when a worker of cameras comes back elsewhere', async () => {
    register('1', { motion: true });
    await bringUp();
    await waitFor(() => wanted()?.length === 1);
    register('1', {});
    await waitFor(() => wanted()?.length === 0);
    register('1', { motion: true });
    pool.takeDown('rtsp-0');
    pool.bringUp('rtsp-0', { ...RTSP, origin: 'http://127.0.0.1:8090' });
    await waitFor(() => worker.received.at(-1)?.cameras[0]?.origin === 'http://127.0.0.1:8090');
  });

  it('tries again when the worker did not take it', async () => {
    worker.status = 500;
    register('1', { motion: true });
    await bringUp();
    worker.status = 200;
    await waitFor(() => wanted()?.length === 1);
  });

  it('passes detections on to those who asked for that camera, and motion to everyone', async () => {
    await bringUp();
    const seen: unknown[] = [];
    const moved: string[] = [];
    const subscription = analysis.channel.subscribe('1', ({ data }) =>
      seen.push(JSON.parse(data.toString())),
    );
    const end = analysis.channel.onMotion((cameraId, zones) => moved.push(cameraId, ...zones));
    const object = {
      label: 'motion',
      score: 0.5,
      box: [0, 0, 0.5, 0.5] as [number, number, number, number],
      trackId: 1,
    };
    const message = { type: 'detections' as const, cameraId: '1', timestamp: 5, objects: [object] };
    worker.send({ ...message, cameraId: '2' });
    worker.send('no JSON');
    worker.send('{"type":"unknown"}');
    worker.send(message);
    worker.send({ type: 'motion', cameraId: '2', timestamp: 5, zones: ['Gate'] });
    await waitFor(() => moved.length === 2);
    expect(seen).to.deep.equal([message]);
    expect(moved).to.deep.equal(['2', 'Gate']);
    subscription.close();
    end();
  });

  it('reports each event when it starts, changes and ends, also when its observer is gone', async () => {
    await bringUp();
    const told: object[] = [];
    const subscription = analysis.channel.subscribe('1', ({ data }) =>
      told.push(JSON.parse(data.toString())),
    );
    worker.send({ type: 'event', event: event({ cameraId: '2', id: 'elsewhere' }) });
    worker.send({ type: 'event', event: event() });
    worker.send({ type: 'event', event: event({ score: 0.9, zones: ['Gate'] }) });
    worker.send({ type: 'event', event: event({ endedAt: 2500, zones: ['Gate'] }) });
    worker.send({ type: 'event', event: event({ id: 'e2' }) });
    await waitFor(() => told.length === 4);
    pool.takeDown('analysis');
    subscription.close();
    const facts = { type: 'event', cameraId: '1', kind: 'person', label: 'person', zones: [] };
    const inZone = { zones: ['Gate'] };
    const times = { startedAt: '1970-01-01T00:00:01.000Z', updatedAt: '1970-01-01T00:00:02.000Z' };
    expect(told).to.deep.equal([
      { ...facts, ...times, change: 'start', id: 'e1', score: 0.8, endedAt: null },
      { ...facts, ...times, change: 'update', id: 'e1', score: 0.9, endedAt: null, ...inZone },
      {
        ...{ ...facts, ...times, ...inZone },
        ...{ change: 'end', id: 'e1', score: 0.8, endedAt: '1970-01-01T00:00:02.500Z' },
      },
      { ...facts, ...times, change: 'start', id: 'e2', score: 0.8, endedAt: null },
      { ...facts, ...times, change: 'end', id: 'e2', score: 0.8, endedAt: times.updatedAt },
    ]);
  });

  it('stores events as they are told, with their pictures, and counts each once', async () => {
    await bringUp();
    worker.send({ type: 'event', event: event() });
    worker.send({
      type: 'event',
      event: event({ score: 0.9 }),
      picture: { jpeg: Buffer.from('JPEG').toString('base64'), takenAt: 1500, objects: [] },
    });
    worker.send({ type: 'event', event: event({ endedAt: 2500 }) });
    await waitFor(() => stored.length === 3);
    expect(stored.map(({ picture }) => picture)).to.deep.equal([undefined, 'JPEG', undefined]);
    expect(stored[2]?.event).to.include({ id: 'e1', endedAt: 2500 });
    expect(counted).to.deep.equal(['person']);
  });

  it('ends what goes on and clears what is shown when the worker dies', async () => {
    await bringUp();
    const seen: { objects: unknown[] }[] = [];
    const subscription = analysis.channel.subscribe('1', ({ data }, subject) => {
      if (subject === 'detections') seen.push(JSON.parse(data.toString()));
    });
    const object = {
      label: 'person',
      score: 0.5,
      box: [0, 0, 1, 1] as [number, number, number, number],
      trackId: 1,
    };
    worker.send({ type: 'event', event: event() });
    worker.send({ type: 'detections', cameraId: '1', timestamp: 5, objects: [object] });
    await waitFor(() => seen.length === 1);
    pool.takeDown('analysis');
    await waitFor(() => stored.length === 2);
    expect(stored[1]?.event).to.include({ id: 'e1', endedAt: 2000 });
    expect(seen.at(-1)?.objects).to.deep.equal([]);
    subscription.close();
  });

  it('starts its worker when the first camera has a switch on', () => {
    register('1', {});
    register('2', { motion: true }, false);
    expect(pool.started).to.deep.equal([]);
    expect(analysis.health()).to.include({ state: 'idle' });
    register('3', { faces: true });
    register('4', { motion: true });
    expect(pool.started).to.deep.equal(['analysis']);
    expect(analysis.health()).to.include({ state: 'down' });
  });

  it('says how the detectors are, and that it is off where it is', async () => {
    await bringUp();
    const detectors = {
      person: { state: 'ready' as const, model: 'persons.onnx', hardware: 'cpu' },
      face: { state: 'off' as const, reason: 'FACE_MODEL is off' },
    };
    worker.send({ type: 'health', detectors });
    await waitFor(() => JSON.stringify(analysis.health()).includes('persons.onnx'));
    expect(analysis.health()).to.deep.equal({ state: 'ready', cameras: 0, detectors });
    pool.takeDown('analysis');
    expect(analysis.health()).to.deep.equal({ state: 'idle', cameras: 0, detectors: null });
    expect(create(false).health()).to.deep.equal({ state: 'off', reason: 'ANALYSIS is off' });
  });
});

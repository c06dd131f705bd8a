/** What must be there before an example of the document can succeed. */
import { join } from 'node:path';
import { createLogger } from '#shared/logger.ts';
import type { Segment } from '#shared/recording-link.ts';
import { Redactor } from '#shared/redact.ts';
import type { CameraTestResult, VideoFacts } from '#shared/worker-protocol.ts';
import { EventRepository } from '../../../gateway/events/event-repository.ts';
import { SegmentRepository } from '../../../gateway/recordings/segment-repository.ts';
import { openStore } from '../../../gateway/store/store.ts';
import { eventPicture } from '../../support/event-picture.ts';
import { getJson, postJson } from '../../support/http.ts';
import type { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import { RecordedCamera } from '../../workers/rtsp/outputs/recording/material.ts';
import { frameAnswer, jpegOf, json } from '../moondream/harness.ts';
import type { Prepared } from './operation-runner.ts';

type Preparation = (gateway: TestGateway) => Promise<Prepared | undefined>;

const EVENT_ID = '6f1de1b2-0c86-4a51-8f2e-5a3f0d9b7c11';
const FRAME = jpegOf(640, 360);
const TESTED: CameraTestResult = { codec: 'h264', width: 1920, height: 1080, ms: 412 };
const PROBED: VideoFacts = { codec: 'h264', width: 160, height: 120, durationMs: 1000 };
const EMPTY: Prepared = {};

/** Camera `1`, kept in the registry, with a frame. */
async function camera(gateway: TestGateway): Promise<Prepared> {
  await postJson(`${gateway.origin}/api/cameras`, { id: '1', name: 'Door', url: 'rtsp://192.0.2.1/1' });
  for (const worker of gateway.workers) {
    worker.answers.set(
      'GET /api/cameras/1/frame',
      frameAnswer({ sequence: 7, timestamp: Date.now() / 1000 }, FRAME),
    );
  }
  return EMPTY;
}

/** Camera stream `1`, an address. */
async function stream(gateway: TestGateway): Promise<Prepared> {
  const rtspUrl = 'rtsp://viewer:secret@192.0.2.1/1';
  await postJson(`${gateway.origin}/api/camera-streams`, { cameraId: '1', streamType: 'rtsp', rtspUrl });
  return EMPTY;
}

/** Camera stream `1`, a video. */
async function video(gateway: TestGateway): Promise<Prepared> {
  for (const worker of gateway.workers)
    worker.answers.set('POST /internal/probe', (_request, response) => json(response, 200, PROBED));
  const body = form();
  await fetch(`${gateway.origin}/api/camera-streams`, { method: 'POST', body });
  return EMPTY;
}

function form(): FormData {
  const body = new FormData();
  body.set('cameraId', '1');
  body.set('streamType', 'video');
  body.set('file', new Blob([Buffer.alloc(1000)]), 'clip.mp4');
  return body;
}

async function delivery(gateway: TestGateway): Promise<Prepared> {
  await stream(gateway);
  const { body } = await getJson(`${gateway.origin}/api/deliveries`);
  return { ids: { deliveryId: body.deliveries[0].id } };
}

async function watch(gateway: TestGateway): Promise<Prepared> {
  await camera(gateway);
  const settings = { cameraId: '1', skill: 'query', prompt: 'Is the gate open?', everyMs: 60_000 };
  const { body } = await postJson(`${gateway.origin}/api/watches`, settings);
  return { ids: { watchId: body.id } };
}

async function notification(gateway: TestGateway): Promise<Prepared> {
  const target = { kind: 'webhook', url: 'http://127.0.0.1:9/hook' };
  const { body } = await postJson(`${gateway.origin}/api/notifications`, { name: 'Phone', target });
  return { ids: { notificationId: body.id } };
}

async function asked(gateway: TestGateway): Promise<Prepared> {
  await camera(gateway);
  const { body } = await postJson(`${gateway.origin}/api/moondream/query`, {
    cameraId: '1',
    question: 'Who?',
  });
  return { ids: { pictureId: body.frame.url.split('/').at(-1) } };
}

async function reasoned(gateway: TestGateway): Promise<Prepared> {
  await camera(gateway);
  const question = { cameraIds: ['1'], question: 'Is the gate open?' };
  const { body } = await postJson(`${gateway.origin}/api/reason/ask`, question);
  const [{ id, frame }] = body.answers;
  return { ids: { answerId: id, pictureId: frame.url.split('/').at(-1) } };
}

/** An event with a picture, written by another gateway on the same database. */
async function event({ dataDir }: TestGateway): Promise<Prepared> {
  const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor(), write: () => {} });
  const store = openStore({ dataDir, databaseUrl: undefined, log });
  await store.whenReady();
  const seenAt = Date.parse('2026-02-03T04:05:06Z');
  const times = { startedAt: seenAt, updatedAt: seenAt + 2000, endedAt: seenAt + 2000 };
  const what = { cameraId: '1', kind: 'motion', label: 'motion', score: 0.8, data: {} };
  await new EventRepository(store).save({ id: EVENT_ID, ...what, ...times }, eventPicture(FRAME));
  await store.close();
  return { ids: { eventId: EVENT_ID } };
}

/** Camera `1` was recorded for ten seconds, with the event among them. */
async function recording(gateway: TestGateway): Promise<Prepared> {
  const { dataDir } = gateway;
  await camera(gateway);
  const { ids } = await event(gateway);
  const door = new RecordedCamera({ cameraId: '1', folder: join(dataDir, 'recordings') });
  door.camera.wall = Date.parse('2026-01-01T10:00:00Z');
  door.recorder.apply({ cameraId: '1', isContinuous: true, ringSeconds: 0 });
  door.camera.begin();
  await door.camera.play(10);
  await door.recorder.close();
  const [segment] = door.segments as [Segment];
  const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor(), write: () => {} });
  const store = openStore({ dataDir, databaseUrl: undefined, log });
  await store.whenReady();
  const repository = new SegmentRepository(store);
  await repository.save(segment, Date.now() + 3_600_000);
  await repository.saveClip(EVENT_ID, { from: segment.startedAt, to: segment.endedAt });
  await store.close();
  return { ids: { ...ids, segmentFile: segment.file } };
}

/** From the very first change, as a client that was away since. */
async function missedEvent(gateway: TestGateway): Promise<Prepared> {
  await event(gateway);
  return { headers: { 'Last-Event-ID': '0' } };
}

/** The camera is a device a moment after it is one. */
async function device(gateway: TestGateway): Promise<Prepared> {
  await camera(gateway);
  await waitFor(async () => (await getJson(`${gateway.origin}/api/devices`)).body.length > 0);
  return EMPTY;
}

async function testResult(gateway: TestGateway): Promise<Prepared> {
  for (const worker of gateway.workers)
    worker.answers.set('POST /internal/test', (_request, response) => json(response, 200, TESTED));
  return EMPTY;
}

async function key(gateway: TestGateway): Promise<Prepared> {
  const { body } = await postJson(`${gateway.origin}/api/keys`, { name: 'Tablet', scope: 'view' });
  return { ids: { keyId: body.id } };
}

/** A camera with one stream, as a worker finds it. */
async function found(gateway: TestGateway): Promise<Prepared> {
  const facts = { width: 1920, height: 1080, fps: 25, audio: null, keyframeIntervalMs: 2000 };
  const place = { url: 'rtsp://192.0.2.10:554/1', secure: false, port: 554, streamPath: '/1' };
  const stream = {
    ...place,
    ...facts,
    role: 'main',
    codec: 'h264',
    playable: ['webrtc', 'mse', 'hls', 'mjpeg'],
  };
  const lines = [
    { type: 'step', step: { step: 'streams', ok: true } },
    { type: 'stream', stream: { ...stream, picture: FRAME.toString('base64') } },
    { type: 'device', device: { ip: '192.0.2.10', vendor: 'PTZOptics' } },
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  for (const worker of gateway.workers)
    worker.answers.set('POST /internal/probe-camera', (_request, response) => void response.end(text));
  return EMPTY;
}

async function discovered(gateway: TestGateway): Promise<Prepared> {
  const onvifUrl = 'http://192.0.2.10/onvif/device_service';
  const camera = { ip: '192.0.2.10', name: 'Front door', vendor: 'Axis', model: 'M1065', onvifUrl };
  for (const worker of gateway.workers)
    worker.answers.set('POST /internal/discover', (_request, response) => json(response, 200, [camera]));
  return EMPTY;
}

async function preview(gateway: TestGateway): Promise<Prepared> {
  await found(gateway);
  const { body } = await postJson(`${gateway.origin}/api/cameras/probe`, { ip: '192.0.2.10' });
  return { ids: { previewId: body.streams[0].previewUrl.split('/').at(-1) } };
}

async function pairing(gateway: TestGateway): Promise<Prepared> {
  const { body } = await postJson(`${gateway.origin}/api/pairings`, { scope: 'view' });
  const text = JSON.stringify({ code: body.code, name: 'Phone' });
  return { body: { type: 'application/json', text } };
}

/** By operation; the others need nothing. */
export const PREPARATIONS: Record<string, Preparation> = {
  mcp: async () => ({ headers: { Accept: 'application/json, text/event-stream' } }),
  listRecordings: recording,
  getRecording: recording,
  getRecordingPlaylist: recording,
  exportRecording: recording,
  getRecordingSegment: recording,
  removeRecording: recording,
  getEventClip: recording,
  testCamera: testResult,
  listKeys: key,
  revokeKey: key,
  probeCamera: found,
  getProbePreview: preview,
  discoverCameras: discovered,
  redeemPairing: pairing,
  listCameras: camera,
  getCamera: camera,
  updateCamera: camera,
  deleteCamera: camera,
  exportCameras: camera,
  listEvents: event,
  followEvents: missedEvent,
  getEvent: event,
  getEventSnapshot: event,
  moondreamQuery: camera,
  moondreamCaption: camera,
  moondreamDetect: camera,
  moondreamPoint: camera,
  moondreamSegment: camera,
  getMoondreamStatus: asked,
  getAskedFrame: asked,
  testWatch: camera,
  reasonAsk: camera,
  reasonDescribe: camera,
  reasonFind: camera,
  reasonPoint: camera,
  reasonCount: camera,
  listReasonAnswers: reasoned,
  getReasonAnswer: reasoned,
  deleteReasonAnswer: reasoned,
  getReasonPicture: reasoned,
  createWatch: camera,
  listWatches: watch,
  getWatch: watch,
  updateWatch: watch,
  deleteWatch: watch,
  listNotifications: notification,
  getNotification: notification,
  changeNotification: notification,
  deleteNotification: notification,
  testNotification: notification,
  listDevices: device,
  listCameraStreams: stream,
  getCameraStream: video,
  deleteCameraStream: stream,
  getCameraStreamVideo: video,
  trpcListCameraStreams: stream,
  listDeliveries: delivery,
  retryDelivery: delivery,
};

/** Answers of Moondream, as published, by skill. */
export const MOONDREAM_ANSWERS: Record<string, object> = {
  query: { request_id: 'r1', answer: 'Yes' },
  completions: { id: 'c1', choices: [{ index: 0, message: { role: 'assistant', content: 'Yes' } }] },
  caption: { request_id: 'r2', caption: 'A gate.' },
  detect: { request_id: 'r3', objects: [{ x_min: 0.1, y_min: 0.2, x_max: 0.3, y_max: 0.4 }] },
  point: { request_id: 'r4', points: [{ x: 0.5, y: 0.5 }] },
  segment: { path: 'M 0 0 L 1 1 Z', bbox: { x_min: 0, y_min: 0, x_max: 1, y_max: 1 } },
};

/** Takes away what an example left behind. */
export async function clear({ origin }: TestGateway): Promise<void> {
  await fetch(`${origin}/api/reason/settings`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ vlm: null }),
  });
  for (const { id, origin: kind } of (await getJson(`${origin}/api/cameras`)).body) {
    if (kind === 'connected') await postJson(`${origin}/api/cameras/disconnect`, { cameraId: id });
    else await fetch(`${origin}/api/cameras/${id}`, { method: 'DELETE' });
  }
  for (const { cameraId } of (await getJson(`${origin}/api/camera-streams`)).body)
    await fetch(`${origin}/api/camera-streams/${cameraId}`, { method: 'DELETE' });
  for (const { id } of (await getJson(`${origin}/api/watches`)).body)
    await fetch(`${origin}/api/watches/${id}`, { method: 'DELETE' });
  for (const { id } of (await getJson(`${origin}/api/notifications`)).body)
    await fetch(`${origin}/api/notifications/${id}`, { method: 'DELETE' });
}

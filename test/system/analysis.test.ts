import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { isWholeJpeg } from '../support/decode-jpeg.ts';
import { eventData } from '../support/event-data.ts';
import { FastApiReceiver, sendJson } from '../support/fastapi-receiver.ts';
import { getJson, postJson } from '../support/http.ts';
import { rectangle } from '../support/polygons.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { openBlockCamera } from '../workers/analysis/support/block-camera.ts';

const SLOW = { timeoutMs: 40_000 };

/** The block walks through the middle third, from left to right. */
const WAY = rectangle(0, 0.28, 1, 0.44);
const ABOVE = rectangle(0, 0, 1, 0.25);
const ZONES = [
  { name: 'From here', polygon: rectangle(0, 0.3, 0.4, 0.4) },
  { name: 'To there', polygon: rectangle(0.6, 0.3, 0.4, 0.4) },
  { name: 'Above', polygon: ABOVE },
];

/** The parts of an event that are looked at. */
interface EventView {
  id: string;
  cameraId: string;
  kind: string;
  label: string;
  score: number;
  state: string;
  durationMs: number;
  zones: string[];
  snapshotUrl: string | null;
  pictures: { first: PictureView; best: PictureView } | null;
}

interface PictureView {
  url: string;
  takenAt: string;
  objects: { label: string; score: number; box: number[] }[];
}

describe('Analysis of the whole gateway', function () {
  this.timeout(90_000);

  let camera: RtspServer;
  let backend: FastApiReceiver;
  let gateway: RunningProcess;

  before(async () => {
    camera = await openBlockCamera({ cameras: 3 });
    backend = await FastApiReceiver.open();
    backend.reply = (response) => sendJson(response, 200, {});
    gateway = await startGateway({ APP_PY_URL: backend.url, DELIVER_EVENTS: 'on', FACE_MODEL: 'off' });
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, SLOW);
    const add = async (id: string, more: object) => {
      const url = `rtsp://127.0.0.1:${camera.port}/${id}`;
      const { status } = await postJson(`${gateway.origin}/api/cameras`, { id, url, ...more });
      expect(status).to.equal(201);
    };
    await add('1', { analysis: { motion: true }, zones: ZONES });
    // The same scene, but not where the block walks.
    await add('2', { analysis: { motion: true, masks: [WAY] }, zones: ZONES });
    await add('3', { analysis: { motion: true, motionAreas: [ABOVE] }, zones: ZONES });
  });

  after(async () => {
    await gateway?.end();
    await camera?.close();
    await backend?.close();
  });

  const listEvents = async (query = ''): Promise<EventView[]> =>
    (await getJson(`${gateway.origin}/api/events${query}`)).body.events;
  const analysisPid = async (): Promise<number | undefined> =>
    (await getJson(`${gateway.origin}/health`)).body.services.analysis.pid;

  it('tells subscribers who ask for it what moves and where, and when it is over', async () => {
    const client = await WsClient.open(gateway.origin);
    client.send({ action: 'subscribe', cameraId: '1', fps: 1, width: 160, detections: true });
    const told = () => client.messages.filter(({ type }) => type === 'detections');
    /** What was told of each walk; of the first perhaps only its end. */
    const walks = () =>
      told().reduce(
        (all, message) => {
          if (message.objects.length === 0) all.push([]);
          else all.at(-1).push(message);
          return all;
        },
        [[]],
      );
    const isWhole = (walk: unknown[]) => walk.length > 1;
    const seen = await waitFor(() => walks().slice(0, -1).find(isWhole), {
      ...SLOW,
      message: 'motion to come and go',
    });
    expect(seen[0].cameraId).to.equal('1');
    expect(seen[0].objects[0].label).to.equal('motion');
    expect(seen.at(-1).objects[0].box[0]).to.be.greaterThan(seen[0].objects[0].box[0]);
    const tracks = new Set(
      seen.flatMap(({ objects }: { objects: { trackId: number }[] }) =>
        objects.map(({ trackId }) => trackId),
      ),
    );
    expect(tracks.size).to.be.at.most(3);
    expect(client.frames('1'), 'frames as well').to.not.be.empty;
    const news = () => client.messages.filter(({ type }) => type === 'event').map(({ change }) => change);
    await waitFor(() => news().includes('end'), { ...SLOW, message: 'the event to end' });
    expect(news()).to.include('start');
    client.close();
  });

  it('stores an event from its start to its end, with a picture', async () => {
    // The first may have begun before anybody looked.
    const event = await waitFor(
      async () =>
        (await listEvents('?cameraId=1&kind=motion&state=ended')).find(({ durationMs }) => durationMs > 1000),
      SLOW,
    );
    expect(event).to.include({ cameraId: '1', kind: 'motion', label: 'motion' });
    expect(event.score).to.be.within(0.5, 1);
    expect(event.durationMs, 'the block walks for two seconds').to.be.below(3000);
    const { first, best } = event.pictures ?? {};
    for (const url of [event.snapshotUrl, first?.url, best?.url]) {
      const response = await fetch(`${gateway.origin}${url}`);
      expect(isWholeJpeg(Buffer.from(await response.arrayBuffer())), String(url)).to.equal(true);
    }
    expect(best?.objects[0]).to.include({ label: 'motion' });
    expect(Date.parse(first?.takenAt as string)).to.be.at.most(Date.parse(best?.takenAt as string));
  });

  it('names the zones that something moved through, in that order, and finds events by them', async () => {
    // One may have begun before anybody looked, or while the machine stood still.
    const event = await waitFor(
      async () => (await listEvents('?zone=To%20there&state=ended')).find(({ zones }) => zones.length > 1),
      SLOW,
    );
    expect(event.zones).to.deep.equal(['From here', 'To there']);
    expect(await listEvents('?zone=Above')).to.deep.equal([]);
  });

  it('makes no event of motion in a mask, nor of motion outside the motion areas', async () => {
    const ended = await waitFor(async () => {
      const events = await listEvents('?cameraId=1&state=ended');
      return events.length >= 2 ? events : undefined;
    }, SLOW);
    expect(ended).to.not.be.empty;
    for (const cameraId of ['2', '3']) expect(await listEvents(`?cameraId=${cameraId}`)).to.deep.equal([]);
  });

  it('meters motion for a client that looks', async () => {
    const response = await fetch(`${gateway.origin}/api/cameras/1/motion`);
    for await (const { state, area, minArea, zones } of eventData(response)) {
      if (state !== 'moving') continue;
      expect(area).to.be.within(minArea, 0.2);
      expect(zones.map(({ name }: { name: string }) => name)).to.deep.equal([
        'From here',
        'To there',
        'Above',
      ]);
      expect(zones[2].area).to.equal(0);
      break;
    }
  });

  it('tells of events live', async () => {
    const aborter = new AbortController();
    const response = await fetch(`${gateway.origin}/api/events/stream`, { signal: aborter.signal });
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    })().catch(() => {});
    await waitFor(() => /event: start.*event: end/s.test(text), { ...SLOW, message: 'start and end' });
    aborter.abort();
    await reading;
    expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
  });

  it('tells the analysis backend when an event starts and when it ends', async () => {
    const ofEvents = () => backend.received.filter(({ url }) => url === '/api/camera-event');
    const { body } = await waitFor(() => ofEvents().find((told) => told.body.change === 'end'), SLOW);
    const [stored] = (await listEvents('?kind=motion&state=ended')).filter(({ id }) => id === body.event_id);
    expect(stored, 'the event that was told of').to.include({ cameraId: body.camera_id, score: body.score });
    const changes = ofEvents().filter((told) => told.body.event_id === body.event_id);
    expect(changes.map((told) => told.body.change)).to.deep.equal(['start', 'end']);
    expect(body.zones).to.include('To there');
  });

  it('F26: ends events whose worker is killed, loses no frame, and goes on with the next one', async () => {
    const client = await WsClient.open(gateway.origin);
    client.send({ action: 'subscribe', cameraId: '1', fps: 15, width: 160, encoding: 'notify' });
    await waitFor(async () => (await listEvents('?state=open')).length > 0, SLOW);
    const pid = (await analysisPid()) as number;
    process.kill(pid, 'SIGKILL');
    await waitFor(async () => (await listEvents('?state=open')).length === 0, SLOW);
    const count = (await listEvents()).length;
    await waitFor(async () => ![undefined, pid].includes(await analysisPid()), SLOW);
    await waitFor(async () => (await listEvents()).length > count, SLOW);
    const times = client.frames('1').map(({ timestamp }: { timestamp: number }) => timestamp);
    const pauses = times.slice(1).map((time, index) => time - (times[index] as number));
    client.close();
    expect(Math.max(...pauses), 'longest pause between two frames, seconds').to.be.below(3);
  });

  it('says why a detector is off', async () => {
    const { body } = await waitFor(async () => {
      const answer = await getJson(`${gateway.origin}/health`);
      return JSON.stringify(answer.body).includes('FACE_MODEL is off') ? answer : undefined;
    });
    expect(body.status).to.equal('ok');
  });

  it('costs the camera nothing once it is switched off', async () => {
    const subscribers = async () => {
      const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
      return Number(/^camera_viewers\{[^}]*camera="1"[^}]*\} (\d+)$/m.exec(metrics)?.[1]);
    };
    // Metrics leave out a worker that takes longer than a second.
    await waitFor(async () => (await subscribers()) >= 1);
    expect((await getJson(`${gateway.origin}/api/cameras/1/status`)).body.viewers).to.equal(0);
    await fetch(`${gateway.origin}/api/cameras/1`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ analysis: {} }),
    });
    await waitFor(async () => (await subscribers()) === 0);
  });
});

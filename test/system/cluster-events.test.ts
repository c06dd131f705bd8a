import { expect } from 'chai';
import { EVENTS_POLL_MS } from '../../gateway/events/events.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { startPtzCamera } from '../doubles/ptz-camera.ts';
import { eventData } from '../support/event-data.ts';
import { FastApiReceiver, sendJson } from '../support/fastapi-receiver.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { createPostgresDatabase, HAS_POSTGRES } from '../support/stores.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { openBlockCamera } from '../workers/analysis/support/block-camera.ts';

const SLOW = { timeoutMs: 60_000 };

/** A message of `GET /api/events/stream`. */
interface Told {
  type: 'start' | 'update' | 'end';
  id: string;
  startedAt: string;
  endedAt: string | null;
}

describe('Two gateways that look at the same cameras', function () {
  this.timeout(120_000);
  let camera: RtspServer;
  let backend: FastApiReceiver;
  let gateways: RunningProcess[] = [];
  let sockets: WsClient[] = [];
  let ptz: Awaited<ReturnType<typeof startPtzCamera>>;
  const streams = new AbortController();

  before(async function () {
    if (!HAS_POSTGRES) {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    }
    camera = await openBlockCamera({ stillS: 5, movingS: 4 });
    ptz = await startPtzCamera();
    backend = await FastApiReceiver.open();
    backend.reply = (response) => sendJson(response, 200, {});
    const env = {
      ...{ DATABASE_URL: await createPostgresDatabase(), SECRET_KEY: 'a key that both gateways have' },
      ...{ ADVERTISED_HOST: '127.0.0.1', RTSP_WORKERS: '1', DISK_RESERVE_MB: '0', FACE_MODEL: 'off' },
      ...{ APP_PY_URL: backend.url, DELIVER_EVENTS: 'on' },
    };
    gateways = await Promise.all(['a', 'b'].map((name) => startGateway({ ...env, GATEWAY_NAME: name })));
    for (const { origin } of gateways)
      await waitFor(async () => (await getJson(`${origin}/readyz`)).status === 200, SLOW);
  });

  after(async () => {
    streams.abort();
    for (const socket of sockets) socket.close();
    await Promise.all(gateways.map((gateway) => gateway.end()));
    ptz?.close();
    await camera?.close();
    await backend?.close();
  });

  /** Listens at a gateway. @returns what it tells, as it comes */
  async function listen({ origin }: RunningProcess): Promise<Told[]> {
    const told: Told[] = [];
    const response = await fetch(`${origin}/api/events/stream?cameraId=1`, { signal: streams.signal });
    const read = async (): Promise<void> => {
      for await (const data of eventData(response)) told.push(data);
    };
    void read().catch(() => {});
    return told;
  }

  it('tell once of each event, within a second, and deliver it once', async () => {
    expect(EVENTS_POLL_MS).to.be.at.most(1000);
    const told = await Promise.all(gateways.map(listen));
    sockets = await Promise.all(gateways.map(({ origin }) => WsClient.open(origin)));
    for (const socket of sockets)
      socket.send({ action: 'subscribe', cameraId: '1', fps: 1, detections: true });
    const source = { id: '1', url: `rtsp://127.0.0.1:${camera.port}/1`, analysis: { motion: true } };
    const [{ origin } = { origin: '' }] = gateways;
    expect((await postJson(`${origin}/api/cameras`, source)).status).to.equal(201);
    const endsOf = (messages: Told[]) => messages.filter(({ type }) => type === 'end').map(({ id }) => id);
    await waitFor(() => told.every((messages) => endsOf(messages).length >= 2), {
      ...SLOW,
      message: 'two events to end at both gateways',
    });
    const ended = endsOf(told[0] as Told[]).slice(0, 2);
    expect(endsOf(told[1] as Told[]).slice(0, 2)).to.deep.equal(ended);
    for (const messages of told)
      for (const id of ended)
        for (const type of ['start', 'end']) {
          const types = messages.filter((message) => message.id === id).map((message) => message.type);
          expect(
            types.filter((each) => each === type),
            `${type} of ${types}`,
          ).to.have.lengthOf(1);
        }
    const changesOf = (socket: WsClient, event: string) =>
      socket.messages.filter(({ type, id }) => type === 'event' && id === event).map(({ change }) => change);
    for (const socket of sockets)
      for (const id of ended) {
        await waitFor(() => changesOf(socket, id).includes('end'));
        const changes = changesOf(socket, id).filter((change) => change !== 'update');
        // A slow socket is told the newest change alone.
        expect(changes.join(), 'of a socket').to.match(/^(start,)?end$/);
      }
    const { events } = (await getJson(`${origin}/api/events?cameraId=1&state=ended`)).body;
    const spans = events
      .map(({ startedAt, endedAt }: Told) => [Date.parse(startedAt), Date.parse(endedAt as string)])
      .reverse();
    for (const [index, [start]] of spans.entries())
      if (index > 0) expect(start, 'no two events of the same motion').to.be.above(spans[index - 1][1]);
    const deliveries = () =>
      ended.map((id) =>
        backend.received.filter(({ body }) => body.event_id === id).map(({ body }) => body.change),
      );
    await waitFor(() => deliveries().flat().length >= 4, {
      ...SLOW,
      message: 'both deliveries of both events',
    });
    expect(deliveries()).to.deep.equal([
      ['start', 'end'],
      ['start', 'end'],
    ]);
  });

  it('tell what is seen, and how much moves, at both', async () => {
    for (const { origin } of gateways) {
      const socket = await WsClient.open(origin);
      sockets.push(socket);
      socket.send({ action: 'subscribe', cameraId: '1', fps: 1, detections: true });
      const hasBox = () =>
        socket.messages.some(
          ({ type, cameraId, objects }) =>
            type === 'detections' && cameraId === '1' && (objects as unknown[]).length > 0,
        );
      await waitFor(hasBox, { ...SLOW, message: `a box at ${origin}` });
      const levels = await fetch(`${origin}/api/cameras/1/motion`, { signal: streams.signal });
      for await (const level of eventData(levels)) {
        expect(level).to.include({ cameraId: '1' });
        break;
      }
    }
  });

  it('give the pictures of found streams at both', async () => {
    const [a, b] = gateways as [RunningProcess, RunningProcess];
    const url = `rtsp://127.0.0.1:${camera.port}/1`;
    const { status, body } = await postJson(`${a.origin}/api/cameras/probe`, { url });
    expect(status, JSON.stringify(body)).to.equal(200);
    const { previewUrl } = body.streams[0];
    const [here, there] = await Promise.all(
      [a, b].map(async ({ origin }) => {
        // A search waits a second for the database, and no longer.
        const picture = await waitFor(async () => {
          const answer = await fetch(`${origin}${previewUrl}`);
          return answer.status === 200 ? answer : undefined;
        }, SLOW);
        expect(picture.headers.get('content-type')).to.equal('image/jpeg');
        return Buffer.from(await picture.arrayBuffer());
      }),
    );
    expect(there?.equals(here as Buffer)).to.equal(true);
  });

  describe('before which a PTZ camera acts by itself', () => {
    let [a, b] = ['', ''];
    const taskAt = async (api: string) => (await getJson(`${api}/ptz/task`)).body;
    /** Waits for the end of a task: a command waits a second for the database, and no longer. */
    const endAt = (api: string) =>
      waitFor(async () => {
        const task = await taskAt(api);
        return task.state === 'cancelled' ? task : undefined;
      }, SLOW);
    /** Tries again where the camera moves to another worker. */
    const order = (url: string, body: object) =>
      waitFor(async () => {
        const answer = await postJson(url, body);
        return answer.status < 300 ? answer.body : undefined;
      }, SLOW);
    /** Waits a minute before its first move. */
    const follow = { object: 'person', announceSeconds: 60 };

    before(async () => {
      const url = `rtsp://127.0.0.1:${camera.port}/1`;
      const body = { id: 'p', url, ptz: { kind: 'visca', port: ptz.tcpPort } };
      const apis = gateways.map(({ origin }) => `${origin}/api/cameras`);
      expect((await postJson(String(apis[0]), body)).status).to.equal(201);
      [a, b] = apis.map((api) => `${api}/p`) as [string, string];
      for (const api of [a, b]) await waitFor(async () => (await getJson(`${api}/ptz`)).status === 200, SLOW);
    });

    it('show it, replace it and end it at both', async () => {
      const first = await order(`${a}/ptz/follow`, follow);
      expect(await taskAt(b)).to.deep.equal(first);
      const tour = await order(`${b}/ptz/tour`, { presets: ['1'], announceSeconds: 60 });
      for (const api of [a, b]) expect(await taskAt(api)).to.deep.equal(tour);
      await order(`${a}/ptz/stop`, {});
      for (const api of [a, b]) expect(await endAt(api)).to.include({ id: tour.id, reason: 'operator' });
      await order(`${a}/ptz/follow`, follow);
      expect((await fetch(`${b}/ptz/task`, { method: 'DELETE' })).status).to.equal(204);
      expect(await endAt(a)).to.include({ kind: 'follow', reason: 'operator' });
    });

    it('end it with the gateway that ran it', async () => {
      const { id } = await order(`${a}/ptz/follow`, follow);
      await gateways[0]?.end('SIGKILL');
      expect(await endAt(b)).to.include({ id, reason: 'gateway-gone' });
    });
  });
});

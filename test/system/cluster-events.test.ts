import { expect } from 'chai';
import { EVENTS_POLL_MS } from '../../gateway/events/events.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
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

describe('Motion before a camera of two gateways', function () {
  this.timeout(120_000);
  let camera: RtspServer;
  let backend: FastApiReceiver;
  let gateways: RunningProcess[] = [];
  let sockets: WsClient[] = [];
  const streams = new AbortController();

  before(async function () {
    if (!HAS_POSTGRES) {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    }
    camera = await openBlockCamera({ stillS: 5, movingS: 4 });
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

  it('is one event, told once by each of them within a second, and delivered once', async () => {
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
        expect(changes, 'of a socket').to.deep.equal(['start', 'end']);
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
});

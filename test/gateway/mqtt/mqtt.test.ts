import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { EventState } from '../../../gateway/events/event.ts';
import { EventRepository } from '../../../gateway/events/event-repository.ts';
import { openStore, type Store } from '../../../gateway/store/store.ts';
import { createLogger } from '../../../shared/logger.ts';
import { Redactor } from '../../../shared/redact.ts';
import { ModelServerDouble } from '../../doubles/model-server.ts';
import { getJson, postJson } from '../../support/http.ts';
import { Mosquitto, MqttListener } from '../../support/mosquitto.ts';
import { requirePeer } from '../../support/peers.ts';
import { listening, portOf } from '../../support/serve.ts';
import { createPostgresDatabase } from '../../support/stores.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import { frameAnswer, jpegOf } from '../moondream/harness.ts';

const CAMERA = 'front.door';
const STATE = `home/gw/cameras/${CAMERA}/state`;
const EVENT = `home/gw/cameras/${CAMERA}/event`;
const SET = `home/gw/cameras/${CAMERA}/set`;
const RESULT = `home/gw/cameras/${CAMERA}/result`;
const STATUS = 'home/gw/status';
const DISCOVERY = /^homeassistant\/device\/home_gw\/front_door-[0-9a-f]{8}\/config$/;
const JPEG = jpegOf(640, 360);

describe('MQTT', () => {
  let broker: Mosquitto;
  let proxy: CuttableProxy;
  let model: ModelServerDouble;
  let gateway: TestGateway;
  let store: Store;
  let repository: EventRepository;
  let listener: MqttListener;

  before(async function () {
    requirePeer(this, 'mosquitto');
    broker = await Mosquitto.start();
    proxy = await CuttableProxy.open(broker.port);
    model = await ModelServerDouble.open();
    listener = await MqttListener.open(`mqtt://127.0.0.1:${broker.port}`);
    gateway = await TestGateway.open({
      env: {
        MQTT_URL: `mqtt://127.0.0.1:${proxy.port}`,
        MQTT_PREFIX: 'home/gw',
        MQTT_SNAPSHOT_SECONDS: '0',
        VLM_URL: model.url,
        VLM_KEY: model.key as string,
        VLM_MODEL: 'gpt-5-mini',
      },
    });
    for (const worker of gateway.workers) {
      worker.answers.set(`GET /api/cameras/${CAMERA}/frame`, frameAnswer({ sequence: 1 }, JPEG));
      worker.answers.set('GET /internal/cameras', (_request, response) => {
        const all = [...worker.cameras.values()].map(({ cameraId }) => ({
          cameraId,
          sourceId: 'as-wanted',
          status: liveStatus(cameraId),
        }));
        response.end(JSON.stringify(all));
      });
    }
    store = openSecond(gateway.dataDir);
    await store.whenReady();
    repository = new EventRepository(store);
    await addCamera(CAMERA, 'Front door');
  });
  after(async () => {
    await listener?.close();
    await gateway?.close();
    await store?.close();
    model?.close();
    proxy?.close();
    await broker?.kill();
  });

  const addCamera = async (id: string, name: string) => {
    const { status } = await postJson(`${gateway.origin}/api/cameras`, {
      id,
      name,
      url: 'rtsp://192.0.2.1/',
    });
    expect(status).to.equal(201);
  };
  const save = (change: Partial<EventState>) => repository.save(eventAt(CAMERA, change));
  const eventIds = () =>
    listener.at(EVENT).map(({ text }) => `${JSON.parse(text).id} ${JSON.parse(text).type}`);
  const isAcknowledged = async (): Promise<boolean> => {
    const { position } = await store.db
      .selectFrom('mqtt_publisher')
      .select('position')
      .executeTakeFirstOrThrow();
    return (await repository.changedAfter(position, 1)).length === 0;
  };
  const health = async () => (await getJson(`${gateway.origin}/health`)).body.mqtt;

  it('says that the gateway is there, and of each camera how it is, kept for later clients', async () => {
    await listener.until(STATE, ({ connected }) => connected);
    expect(listener.json(STATE)).to.include({
      cameraId: CAMERA,
      name: 'Front door',
      enabled: true,
      state: 'live',
    });
    expect(listener.at(STATUS).at(-1)?.text).to.equal('online');
    const availability = () => listener.at(`home/gw/cameras/${CAMERA}/availability`).at(-1)?.text;
    await waitFor(() => availability() === 'online', {
      message: 'the availability, which follows the state',
    });
    const late = await MqttListener.open(`mqtt://127.0.0.1:${broker.port}`);
    await late.until(STATE);
    expect(late.at(STATE)[0]?.isRetained).to.equal(true);
    await late.close();
  });

  it('is in /health and /metrics', async () => {
    expect(await health()).to.deep.equal({
      state: 'connected',
      broker: `mqtt://127.0.0.1:${proxy.port}`,
      prefix: 'home/gw',
    });
    const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
    expect(metrics).to.match(/^gateway_mqtt_connected 1$/m);
    expect(metrics).to.match(/^gateway_mqtt_messages_total [1-9]/m);
  });

  it('publishes every event at its start and its end, and keeps what is under way', async () => {
    const id = randomUUID();
    await save({ id, kind: 'person' });
    await listener.until(EVENT, (event) => event.id === id && event.type === 'start');
    await listener.until(STATE, ({ active }) => active.includes('person'));
    await save({ id, kind: 'person', endedAt: Date.now() });
    await listener.until(EVENT, (event) => event.id === id && event.type === 'end');
    await listener.until(STATE, ({ active }) => active.length === 0);
    expect(listener.json(EVENT)).to.include({ cameraId: CAMERA, kind: 'person', state: 'ended' });
    expect(listener.at(EVENT).some(({ isRetained }) => isRetained)).to.equal(false);
  });

  it('tells Home Assistant of a camera in the fields that it documents', async () => {
    const topic = await waitFor(() =>
      listener.messages.map((one) => one.topic).find((one) => DISCOVERY.test(one)),
    );
    const { device, origin, components } = listener.json(topic);
    expect(Object.keys(device).filter((key) => !DEVICE_FIELDS.includes(key))).to.deep.equal([]);
    expect(device.identifiers).to.have.length(1);
    expect(origin.name).to.be.a('string');
    const platforms = Object.values<Record<string, unknown>>(components).map(({ platform }) => platform);
    expect(platforms).to.include.members(['camera', 'binary_sensor', 'switch', 'sensor']);
    for (const [name, component] of Object.entries<Record<string, unknown>>(components)) {
      const { required, optional } = FIELDS[component.platform as string] as (typeof FIELDS)[string];
      const allowed = [...COMMON_FIELDS, ...required, ...optional];
      expect(
        Object.keys(component).filter((key) => !allowed.includes(key)),
        name,
      ).to.deep.equal([]);
      expect(component, name).to.include.all.keys(required);
      expect(component.unique_id, name).to.be.a('string');
    }
    const ids = Object.values<Record<string, unknown>>(components).map((component) => component.unique_id);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(components.motion.state_topic).to.equal(STATE);
    expect(components.picture.topic).to.equal(`home/gw/cameras/${CAMERA}/snapshot`);
  });

  it('switches a camera off and on as the switch in Home Assistant does', async () => {
    const topic = listener.messages.map((one) => one.topic).find((one) => DISCOVERY.test(one)) as string;
    const {
      command_topic: commands,
      payload_off: off,
      payload_on: on,
    } = listener.json(topic).components.enabled;
    await listener.publish(commands, off);
    await listener.until(RESULT, ({ ok }) => ok);
    await listener.until(STATE, ({ enabled }) => !enabled);
    expect((await getJson(`${gateway.origin}/api/cameras`)).body[0].enabled).to.equal(false);
    await listener.publish(commands, on);
    await listener.until(STATE, ({ enabled, connected }) => enabled && connected);
  });

  it('moves a camera, with the schemas of the routes', async () => {
    await listener.publish(SET, { id: 7, ptz: { move: { pan: 0.5 } } });
    await listener.until(RESULT, ({ id }) => id === 7);
    await listener.publish(SET, { id: 8, ptz: { preset: 2 } });
    await listener.until(RESULT, ({ id }) => id === 8);
    const posts = gateway.workers
      .flatMap(({ requests }) => requests)
      .filter(({ method, url }) => method === 'POST' && url.includes('/ptz/'));
    expect(posts.map(({ url, body }) => [url.split('/ptz/')[1], JSON.parse(body)])).to.deep.equal([
      ['move', { pan: 0.5, tilt: 0, zoom: 0 }],
      ['presets/2/go', {}],
    ]);
  });

  it('publishes a picture on command, kept by the broker', async () => {
    await listener.publish(SET, { id: 'snapshot', snapshot: true });
    const topic = `home/gw/cameras/${CAMERA}/snapshot`;
    await waitFor(() => listener.at(topic).length > 0);
    expect(listener.at(topic)[0]?.payload.equals(JPEG)).to.equal(true);
    await listener.until(RESULT, ({ id }) => id === 'snapshot');
  });

  it('asks a camera and publishes the answer, as answers to clients of the API are', async () => {
    const answers = `home/gw/cameras/${CAMERA}/answer`;
    await listener.publish(SET, { id: 'q', ask: { question: 'Is the gate open?' } });
    const result = await listener.until(RESULT, ({ id }) => id === 'q');
    expect(result.answer).to.include({ answer: 'The gate is open.', cameraId: CAMERA });
    expect(await listener.until(answers)).to.include({ source: 'question', question: 'Is the gate open?' });
    model.words = 'A red car.';
    await postJson(`${gateway.origin}/api/reason/ask`, { cameraIds: [CAMERA], question: 'What is there?' });
    await listener.until(answers, ({ answer }) => answer === 'A red car.');
  });

  it('publishes the readings of watches', async () => {
    model.words = 'Yes.';
    const { status, body } = await postJson(`${gateway.origin}/api/watches`, {
      cameraId: CAMERA,
      skill: 'query',
      prompt: 'Is the door open?',
      everyMs: 60_000,
      condition: { contains: 'yes' },
    });
    expect(status, JSON.stringify(body)).to.equal(201);
    const reading = await listener.until(
      `home/gw/cameras/${CAMERA}/answer`,
      ({ source }) => source === 'watch',
    );
    expect(reading).to.include({ watchId: body.id, answer: 'Yes.', reading: 'yes' });
  });

  for (const [what, topic, body, code] of [
    ['text that is no JSON', SET, 'ON', 'invalid-json'],
    ['an unknown command', SET, { reboot: true }, 'unknown-field'],
    ['two commands in one', SET, { enabled: true, snapshot: true }, 'invalid-field'],
    ['a speed out of range', SET, { ptz: { move: { pan: 3 } } }, 'invalid-field'],
    ['a question without words', SET, { ask: { question: '' } }, 'invalid-field'],
    ['a camera that is not there', 'home/gw/cameras/none/set', { enabled: true }, 'camera-not-found'],
  ] as const) {
    it(`answers ${what} with ${code}`, async () => {
      const result = topic.replace(/set$/, 'result');
      const before = listener.at(result).length;
      await listener.publish(topic, body);
      await waitFor(() => listener.at(result).length > before);
      expect(listener.json(result)).to.include({ ok: false });
      expect(listener.json(result).error.code).to.equal(code);
    });
  }

  it('does nothing for a command that the broker keeps, which would be done at each connection', async () => {
    await listener.publish(SET, { id: 'kept', enabled: false }, { retain: true });
    await listener.until(RESULT, ({ id }) => id === 'kept');
    proxy.cut();
    await listener.until(RESULT, ({ ok }) => !ok);
    expect(listener.json(RESULT).error.code).to.equal('invalid-field');
    await listener.publish(SET, '', { retain: true });
    await listener.publish(SET, { enabled: true });
    await listener.until(STATE, ({ enabled, connected }) => enabled && connected);
  });

  it('is told offline by the broker when the network to it breaks, and is back by itself', async () => {
    const before = listener.at(STATUS).length;
    proxy.cut();
    await waitFor(() => listener.at(STATUS).length >= before + 2);
    const [offline, online] = listener.at(STATUS).slice(before);
    expect([offline?.text, online?.text]).to.deep.equal(['offline', 'online']);
  });

  it('says online again when the broker says offline of a gateway that was lost earlier', async () => {
    const seen = listener.at(STATUS).length;
    await listener.publish(STATUS, 'offline', { retain: true });
    await waitFor(() => {
      const told = listener.at(STATUS).slice(seen);
      const at = told.findIndex(({ text }) => text === 'offline');
      return at >= 0 && told.slice(at).some(({ text }) => text === 'online');
    });
  });

  it('loses no event while the broker is away, and tells it again what it should keep', async () => {
    proxy.isDown = true;
    await broker.kill();
    await waitFor(async () => (await health()).state === 'connecting');
    expect((await health()).lastError).to.be.a('string');
    const ids = Array.from({ length: 120 }, () => randomUUID());
    for (const id of ids) await save({ id, endedAt: Date.now() });
    const before = listener.at(STATE).length;
    await broker.start();
    // A broker that keeps nothing forgets what is published before anybody listens.
    await listener.hears();
    proxy.isDown = false;
    await waitFor(() => ids.every((id) => eventIds().includes(`${id} end`)), { timeoutMs: 50_000 });
    expect(eventIds().slice(-ids.length)).to.deep.equal(ids.map((id) => `${id} end`));
    await waitFor(() => listener.at(STATE).length > before);
    expect((await health()).state).to.equal('connected');
    await waitFor(isAcknowledged, { message: 'the note of what was acknowledged' });
  });

  it('goes on after the last acknowledged event when the gateway starts again', async () => {
    const seen = new Set(eventIds());
    const reopened = await MqttListener.open(`mqtt://127.0.0.1:${broker.port}`);
    await gateway.stop();
    await waitFor(() => reopened.at(STATUS).at(-1)?.text === 'offline');
    await save({ id: 'while-stopped', endedAt: Date.now() });
    const next = await TestGateway.open({
      env: {
        DATA_DIR: gateway.dataDir,
        MQTT_URL: `mqtt://127.0.0.1:${broker.port}`,
        MQTT_PREFIX: 'home/gw',
      },
    });
    await reopened.until(EVENT, ({ id }) => id === 'while-stopped');
    expect(reopened.at(EVENT)).to.have.length(1);
    expect(seen.has('while-stopped end')).to.equal(false);
    await fetch(`${next.origin}/api/cameras/${CAMERA}`, { method: 'DELETE' });
    const discovery = listener.messages.map((one) => one.topic).find((one) => DISCOVERY.test(one)) as string;
    for (const topic of [STATE, discovery, `home/gw/cameras/${CAMERA}/availability`])
      await waitFor(() => reopened.at(topic).at(-1)?.text === '', { message: topic });
    await reopened.publish('home/gw/cameras/long-gone/state', '{}', { retain: true });
    await next.stop();
    const last = await TestGateway.open({
      env: { DATA_DIR: gateway.dataDir, MQTT_URL: `mqtt://127.0.0.1:${broker.port}`, MQTT_PREFIX: 'home/gw' },
    });
    await waitFor(() => reopened.at('home/gw/cameras/long-gone/state').at(-1)?.text === '');
    await Promise.all([last.close(), next.close(), reopened.close()]);
  });
});

describe('The connection to an MQTT broker', () => {
  before(function () {
    requirePeer(this, 'mosquitto');
  });

  const healthWith = async (
    env: Record<string, string>,
    isDone: (mqtt: Record<string, string>) => boolean,
  ) => {
    const gateway = await TestGateway.open({ env });
    try {
      const read = async () => (await getJson(`${gateway.origin}/health`)).body.mqtt;
      await waitFor(async () => isDone(await read()));
      return { mqtt: await read(), lines: gateway.lines.join('\n') };
    } finally {
      await gateway.close();
    }
  };

  it('shows user and password, and tells neither when they are refused', async () => {
    const broker = await Mosquitto.start({ user: { name: 'gate way', password: 'p@ss:w/rd#1' } });
    const url = (password: string) =>
      `mqtt://gate%20way:${encodeURIComponent(password)}@127.0.0.1:${broker.port}`;
    const good = await healthWith({ MQTT_URL: url('p@ss:w/rd#1') }, ({ state }) => state === 'connected');
    expect(JSON.stringify(good.mqtt)).to.not.include('p@ss');
    const bad = await healthWith({ MQTT_URL: url('wr0ng-one') }, ({ lastError }) => lastError !== undefined);
    expect(bad.mqtt.lastError).to.match(/not authorized/i);
    expect(JSON.stringify(bad)).to.not.match(/wr0ng-one/);
    await broker.kill();
  });

  it('trusts the authority that is named, over TLS, and no broker without it', async () => {
    const broker = await Mosquitto.start({ isTls: true });
    const MQTT_URL = `mqtts://127.0.0.1:${broker.port}`;
    await healthWith({ MQTT_URL, MQTT_CA_FILE: broker.caFile }, ({ state }) => state === 'connected');
    const { mqtt } = await healthWith({ MQTT_URL }, ({ lastError }) => lastError !== undefined);
    expect(mqtt.lastError).to.match(/certificate/i);
    await broker.kill();
  });

  it('is made over WebSockets too', async () => {
    const broker = await Mosquitto.start();
    const front = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      path: '/mqtt',
      handleProtocols: () => 'mqtt',
    });
    await once(front, 'listening');
    front.on('connection', (socket) => {
      const frames = createWebSocketStream(socket);
      frames.on('error', () => {});
      frames.pipe(connectTcp(broker.port, '127.0.0.1')).pipe(frames);
    });
    const MQTT_URL = `ws://127.0.0.1:${(front.address() as AddressInfo).port}/mqtt`;
    await healthWith({ MQTT_URL }, ({ state }) => state === 'connected');
    front.close();
    await broker.kill();
  });

  it('is one for all gateways on a database: the second takes over when the first leaves', async function () {
    if (process.env.TEST_DATABASE_URL === undefined) {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    }
    const broker = await Mosquitto.start();
    const env = { DATABASE_URL: await createPostgresDatabase(), MQTT_URL: `mqtt://127.0.0.1:${broker.port}` };
    const first = await TestGateway.open({ env });
    const stateOf = async ({ origin }: TestGateway) => (await getJson(`${origin}/health`)).body.mqtt.state;
    await waitFor(async () => (await stateOf(first)) === 'connected');
    const second = await TestGateway.open({ env: { ...env, SECRET_KEY: 'a key of sixteen characters' } });
    await waitFor(async () => (await stateOf(second)) === 'standby');
    const listener = await MqttListener.open(env.MQTT_URL);
    const store = openSecond(first.dataDir, env.DATABASE_URL);
    await store.whenReady();
    const repository = new EventRepository(store);
    const told = (): string[] =>
      listener.at('gateway/cameras/1/event').map(({ text }) => JSON.parse(text).id);
    await repository.save(eventAt('1', { id: 'with-the-first', endedAt: Date.now() }));
    await waitFor(() => told().includes('with-the-first'));
    await first.close();
    await repository.save(eventAt('1', { id: 'with-the-second', endedAt: Date.now() }));
    await waitFor(async () => (await stateOf(second)) === 'connected');
    await waitFor(() => told().includes('with-the-second'));
    await Promise.all([second.close(), store.close(), listener.close()]);
    await broker.kill();
  });
});

/** The fields of https://www.home-assistant.io/integrations/mqtt/ and of its platforms that the gateway may use. */
const DEVICE_FIELDS = [
  'configuration_url',
  'connections',
  'hw_version',
  'identifiers',
  'manufacturer',
  'model',
  'model_id',
  'name',
  'serial_number',
  'suggested_area',
  'sw_version',
  'via_device',
];
const COMMON_FIELDS = [
  'platform',
  'unique_id',
  'name',
  'icon',
  'qos',
  'encoding',
  'availability',
  'availability_mode',
  'availability_template',
  'availability_topic',
  'enabled_by_default',
  'entity_category',
  'entity_picture',
  'default_entity_id',
  'json_attributes_template',
  'json_attributes_topic',
];
const FIELDS: Record<string, { required: string[]; optional: string[] }> = {
  camera: { required: ['topic'], optional: ['image_encoding'] },
  binary_sensor: {
    required: ['state_topic'],
    optional: [
      'device_class',
      'expire_after',
      'force_update',
      'off_delay',
      'payload_on',
      'payload_off',
      'value_template',
    ],
  },
  sensor: {
    required: ['state_topic'],
    optional: [
      'device_class',
      'expire_after',
      'force_update',
      'state_class',
      'unit_of_measurement',
      'value_template',
    ],
  },
  switch: {
    required: ['command_topic'],
    optional: [
      'command_template',
      'device_class',
      'optimistic',
      'payload_on',
      'payload_off',
      'retain',
      'state_on',
      'state_off',
      'state_topic',
      'value_template',
    ],
  },
};

function eventAt(cameraId: string, change: Partial<EventState>): EventState {
  const now = Date.now();
  const common = {
    kind: 'motion',
    label: 'motion',
    score: 0.5,
    startedAt: now,
    updatedAt: now,
    endedAt: null,
  };
  return { id: randomUUID(), cameraId, ...common, data: {}, ...change };
}

function liveStatus(cameraId: string): object {
  return {
    ...{ cameraId, connected: true, state: 'live', frameRate: 15, lastFrameTime: 1, frameCount: 1 },
    ...{ codec: 'h264', width: 640, height: 360, transport: 'tcp', viewers: 0, reconnects: 0 },
  };
}

/** Another process on the database. */
function openSecond(dataDir: string, databaseUrl?: string): Store {
  const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor() });
  return openStore({ dataDir, databaseUrl, log });
}

/** A network between gateway and broker that can break. */
class CuttableProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Whether new connections are cut immediately. */
  isDown = false;

  private constructor(target: number) {
    this.#server = createServer((socket) => {
      if (this.isDown) return void socket.destroy();
      const onward = connectTcp(target, '127.0.0.1');
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.#sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      }
    });
  }

  static async open(target: number): Promise<CuttableProxy> {
    const proxy = new CuttableProxy(target);
    await listening(proxy.#server);
    return proxy;
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** Breaks all connections, as a pulled cable does; new ones are possible. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

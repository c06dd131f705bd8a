/** Composes MQTT: one gateway at a time is connected and publishes. */
import { randomUUID } from 'node:crypto';
import { metric, single } from '#shared/contract/metrics.ts';
import { formatHost } from '#shared/contract/source/address.ts';
import { messageOf } from '#shared/errors.ts';
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { productVersion } from '#shared/product-version.ts';
import type { Redactor } from '#shared/redact.ts';
import type { CameraChannel } from '../analysis/camera-channel.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { Cameras } from '../cameras/cameras.ts';
import type { MqttConfig } from '../config/mqtt.ts';
import type { EventLog } from '../events/event-log.ts';
import { EventRepository } from '../events/event-repository.ts';
import { CHANGE_OVERLAP } from '../events/event-tail.ts';
import type { FrameSource } from '../models/frame-source.ts';
import type { PtzActs } from '../ptz/ptz-acts.ts';
import type { Reasoning } from '../reasoning/reasoning.ts';
import type { Storage } from '../store/storage.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import type { WatchAttemptOptions } from '../watches/watch-attempt.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { answerPayload, readingPayload } from './answers.ts';
import { BrokerLink, type BrokerLinkOptions, type Received, type Session } from './broker-link.ts';
import { CameraFeed } from './camera-feed.ts';
import { Commands } from './commands.ts';
import { DetectionFeed } from './detection-feed.ts';
import { EventFeed } from './event-feed.ts';
import { Outlet } from './outlet.ts';
import { PublisherRepository } from './publisher-repository.ts';
import { SnapshotFeed } from './snapshot-feed.ts';
import { Topics } from './topics.ts';
import { Turn } from './turn.ts';

export interface MqttOptions {
  storage: Pick<Storage, 'store'>;
  directory: CameraDirectory;
  cameras: Pick<Cameras, 'states' | 'setEnabled' | 'expectLoaded'>;
  routing: Pick<CameraRouting, 'resolve' | 'expectKnown'>;
  frames: FrameSource;
  analysis: { channel: Pick<CameraChannel, 'onObjects'> };
  events: { eventLog: Pick<EventLog, 'onChange'> };
  reasoning: Pick<Reasoning, 'desk'>;
  acts: Pick<PtzActs, 'tasks'>;
  redactor: Redactor;
  log: Logger;
  /** Pauses between connections. */
  backoff?: BrokerLinkOptions['backoff'];
  /** How long the turn of a gateway lasts that was lost, milliseconds. */
  leaseMs?: number;
}

/** MQTT of one gateway. */
export interface Mqtt {
  /** Takes the answers of watches. */
  onReading: NonNullable<WatchAttemptOptions['onReading']>;
  /** Field `mqtt` of `GET /health`; undefined without a broker. */
  health(): object | undefined;
  metrics(): Metric[];
  start(): void;
  /** Says that the gateway is gone. Call before the workers and the store are closed. */
  close(): Promise<void>;
}

const LEASE_MS = 20_000;
/** Share of the lease after which it is renewed. */
const RENEWAL = 1 / 4;
const RETRY_MS = 1000;

/** Without a broker. */
const NO_MQTT: Mqtt = {
  onReading: () => {},
  health: () => undefined,
  metrics: () => [],
  start: () => {},
  close: async () => {},
};

/** Builds it; without a broker nothing runs. */
export function createMqtt(config: MqttConfig | undefined, options: MqttOptions): Mqtt {
  if (config === undefined) return NO_MQTT;
  const { storage, redactor, log, leaseMs = LEASE_MS } = options;
  redactor.add(config.broker.password);
  const isAlone = storage.store.engine === 'sqlite';
  const publisher = new PublisherRepository({
    store: storage.store,
    name: config.prefix,
    // One gateway alone takes its turn again immediately after a crash.
    owner: isAlone ? 'gateway' : randomUUID(),
    leaseMs,
  });
  const parts = createParts(config, options, publisher);
  const { topics, outlet, events, cameras, detections, snapshots, commands } = parts;
  const linkOptions: BrokerLinkOptions = {
    broker: config.broker,
    statusTopic: topics.status,
    subscriptions: [topics.camera('+', 'set'), topics.camera('+', 'state'), topics.discovery('+')].filter(
      (topic) => topic !== undefined,
    ),
    onSession: (session) => begin(session, parts),
    onMessage: (message) => {
      // Otherwise another gateway may take the same command.
      if (turn.isHeld) takeMessage(message, parts);
    },
    log,
    ...(options.backoff && { backoff: options.backoff }),
  };
  let link: BrokerLink | undefined;
  let connections = 0;
  const stopLink = async (): Promise<void> => {
    const stopped = link;
    link = undefined;
    await stopped?.close();
    connections += stopped?.connections ?? 0;
  };
  const turn = new Turn({
    take: () => publisher.take(),
    leaseMs: isAlone ? Number.POSITIVE_INFINITY : leaseMs,
    onOver: () => {
      log.warn('the database is away: another gateway may take the turn at the MQTT broker');
      void stopLink();
    },
  });
  const turns = new PeriodicJob({
    run: async (signal) => {
      // What the broker keeps of unknown cameras is removed: all must be known.
      await options.cameras.expectLoaded();
      if (!(await turn.take())) await stopLink();
      else if (link === undefined && !signal.aborted) {
        link = new BrokerLink(linkOptions);
        link.start();
      }
    },
    onError: (error) => log.debug({ reason: messageOf(error) }, 'the turn to publish could not be taken'),
    everyMs: leaseMs * RENEWAL,
    retryMs: RETRY_MS,
  });
  let end: () => void = () => {};
  return {
    onReading: (watch, answer) =>
      outlet.keep(topics.camera(watch.camera_id, 'answer'), readingPayload(watch, answer)),
    health: () => healthOf(config, link, redactor),
    metrics: () => [
      single('gateway_mqtt_connected', {}, link?.isConnected === true ? 1 : 0),
      single('gateway_mqtt_connections_total', {}, connections + (link?.connections ?? 0)),
      single('gateway_mqtt_events_total', {}, events.sent),
      single('gateway_mqtt_messages_total', {}, outlet.sent),
      metric('gateway_mqtt_commands_total', [
        { labels: { outcome: 'done' }, value: commands.counts.done },
        { labels: { outcome: 'failed' }, value: commands.counts.failed },
      ]),
    ],
    start: () => {
      end = options.events.eventLog.onChange(() => events.wake());
      options.reasoning.desk.onAnswer((answer) =>
        outlet.keep(topics.camera(answer.cameraId, 'answer'), answerPayload(answer)),
      );
      for (const part of [cameras, detections, snapshots]) part.start();
      startWhenReady(storage.store, () => turns.start());
    },
    close: async () => {
      end();
      detections.close();
      await Promise.all([turns.close(), cameras.close(), snapshots.close(), commands.close()]);
      turn.close();
      const hadTurn = link !== undefined;
      await stopLink();
      if (hadTurn) await publisher.release().catch(() => {});
    },
  };
}

type Parts = ReturnType<typeof createParts>;

function createParts(config: MqttConfig, options: MqttOptions, publisher: PublisherRepository) {
  const { storage, directory, frames, analysis, reasoning, routing, acts, redactor, log } = options;
  const topics = new Topics(config);
  const outlet = new Outlet();
  const events = new EventFeed({
    ...{ publisher, topics, log },
    repository: new EventRepository(storage.store),
    onOpen: () => cameras.update(),
    overlap: storage.store.engine === 'sqlite' ? 0 : CHANGE_OVERLAP,
  });
  const cameras: CameraFeed = new CameraFeed({
    ...{ directory, outlet, topics, log },
    states: options.cameras.states,
    activeAt: (cameraId) => events.activeAt(cameraId),
    version: productVersion(),
  });
  const snapshots = new SnapshotFeed({
    ...{ directory, frames, outlet, topics, log },
    everyMs: config.snapshotMs,
  });
  const commands = new Commands({
    ...{ routing, redactor, log, tasks: acts.tasks, desk: reasoning.desk },
    setEnabled: options.cameras.setEnabled,
    snapshot: (cameraId, signal) => snapshots.take(cameraId, signal),
    answer: (cameraId, result) =>
      outlet.post({ topic: topics.camera(cameraId, 'result'), payload: JSON.stringify(result), qos: 1 }),
  });
  const detections = new DetectionFeed({ directory, channel: analysis.channel, outlet, topics });
  return { topics, outlet, events, cameras, snapshots, commands, detections };
}

function begin(session: Session, { outlet, events, cameras, snapshots }: Parts): void {
  outlet.attach(session);
  cameras.update();
  snapshots.update();
  void events.run(session);
}

function takeMessage(message: Received, { topics, cameras, commands }: Parts): void {
  const about = topics.read(message.topic);
  if (about === undefined || message.payload.length === 0) return;
  if ('topic' in about && about.topic === 'set') commands.take(about.cameraId, message);
  else if (message.isRetained) cameras.sweep(about);
}

function healthOf({ broker, prefix }: MqttConfig, link: BrokerLink | undefined, redactor: Redactor): object {
  const { protocol, host, port } = broker;
  const state = link === undefined ? 'standby' : link.isConnected ? 'connected' : 'connecting';
  const error = link?.lastError;
  return {
    state,
    broker: `${protocol}://${formatHost(host)}:${port}`,
    prefix,
    ...(error === undefined ? {} : { lastError: redactor.redact(error) }),
  };
}

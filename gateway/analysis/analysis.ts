/** Analysis as a whole: the worker told what to look at, and what it sees passed on. */
import type { Response } from 'express';
import {
  type AnalysisHealth,
  type DetectedObject,
  RESULTS_PATH,
  type ResultMessage,
} from '#shared/detections.ts';
import { ANALYSIS_PATH } from '#shared/detections-settings.ts';
import type { Logger } from '#shared/logger.ts';
import type { GatewayDoors } from '../agents/gateway-doors.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { RouteGroup } from '../http/route.ts';
import { type OnDemandPool, OnDemandWorker } from '../supervisor/on-demand-worker.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { DesiredState } from '../worker-access/desired-state.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { CameraChannel } from './camera-channel.ts';
import { desiredAnalysis, isAnalysisWanted } from './desired-analysis.ts';
import { DeviceEvents } from './device-events.ts';
import { EventsElsewhere } from './events-elsewhere.ts';
import { MotionMeters } from './motion-meters.ts';
import { type EventTarget, OpenEvents } from './open-events.ts';
import { PeerResults } from './peer-results.ts';
import { ResultsElsewhere } from './results-elsewhere.ts';
import { ResultsLink } from './results-link.ts';
import { analysisRoutes } from './routes.ts';

/** What analysis needs. */
export interface AnalysisOptions {
  pool: OnDemandPool & {
    address(name: string): WorkerAddress | undefined;
    onReady(listener: (address: WorkerAddress) => void): () => void;
    onDown(listener: (name: string) => void): () => void;
  };
  /** Name of the analysis worker's slot. */
  worker: string;
  /** False where it is switched off: nothing runs then. */
  isOn: boolean;
  directory: Pick<CameraDirectory, 'wanted' | 'find' | 'onChange'>;
  routing: Pick<CameraRouting, 'findOwner' | 'workers' | 'expectKnown' | 'onPlacement'>;
  events: EventTarget;
  /** The ways to other gateways on the database; undefined where there are none. */
  doors?: Pick<GatewayDoors, 'offer' | 'others'> | undefined;
  log: Logger;
}

/** What is seen in one picture of a camera. */
export interface SeenObjects {
  /** Unix milliseconds. */
  takenAt: number;
  objects: readonly DetectedObject[];
}

/** Finds persons in the pictures of any camera. */
export interface PersonDetection {
  /** False where analysis is switched off. */
  isOn: boolean;
  /** Detects persons in every picture until the function it returns is called. */
  watchPersons(cameraId: string, listener: (seen: SeenObjects) => void): () => void;
}

/** Analysis of one gateway. */
export interface Analysis {
  /** Detections by camera for `/ws`, and the source of motion. */
  channel: CameraChannel;
  /** Detection of persons for others than the operator, also where the camera's own switches are off. */
  persons: PersonDetection;
  routes: RouteGroup;
  /** For `GET /health`. */
  health(): object;
  start(): void;
  /** To be called before the store is closed. */
  close(): Promise<void>;
}

/** Puts analysis together; nothing runs before `start`. */
export function createAnalysis(options: AnalysisOptions): Analysis {
  const { pool, worker, isOn, directory, routing, doors, log } = options;
  const channel = new CameraChannel();
  const elsewhere = new EventsElsewhere({
    isWanted: () => channel.isWatched,
    notify: (update) => channel.notifyEvent(update),
  });
  const open = new OpenEvents(options.events, (update) => {
    elsewhere.onOwn(update.id);
    channel.notifyEvent(update);
  });
  let detectors: AnalysisHealth['detectors'] | undefined;
  const watched = new Map<string, number>();
  const meters = new MotionMeters(() => update());
  const streams = new Set<Response>();
  const peers = new PeerResults(() => update());
  const isAsked = (kind: 'persons' | 'levels', id: string): boolean =>
    peers.isWanted(kind, id) && routing.findOwner(id) !== undefined;
  const lookedAt = {
    watched: { has: (id: string) => watched.has(id) || isAsked('persons', id) },
    meters: { has: (id: string) => meters.has(id) || isAsked('levels', id) },
  };
  const elsewhereOf = (ids: Iterable<string>): string[] =>
    [...ids].filter((id) => directory.find(id) !== undefined && routing.findOwner(id) === undefined);
  const results =
    doors &&
    new ResultsElsewhere({
      others: () => doors.others(),
      wants: () => ({
        boxes: elsewhereOf(channel.watched()),
        persons: elsewhereOf(watched.keys()),
        levels: elsewhereOf(meters.cameras()),
      }),
      take: (message) => {
        if (message.type === 'detections') channel.notifyDetections(message);
        else meters.take(message);
      },
      log,
    });
  const desired = () => desiredAnalysis(directory, routing, lookedAt);
  const deviceEvents = new DeviceEvents({ directory, routing, events: options.events, log });
  const reconciler = new DesiredState({
    worker: () => pool.address(worker),
    path: ANALYSIS_PATH,
    desired: () => ({ cameras: desired() }),
    log,
  });
  const take = (message: ResultMessage): void => {
    if (message.type === 'detections' || message.type === 'motion-level') peers.pass(message);
    if (message.type === 'detections') channel.notifyDetections(message);
    else if (message.type === 'motion') channel.notifyMotion(message.cameraId, message.zones);
    else if (message.type === 'motion-level') meters.take(message);
    else if (message.type === 'event') {
      const { kind, cameraId } = message.event;
      // Persons are found but stored for cameras only whose operator wants it.
      if (kind !== 'person' || directory.find(cameraId)?.analysis.persons !== false) open.take(message);
    } else detectors = message.detectors;
  };
  const demand = new OnDemandWorker({ pool, worker });
  const update = (): void => {
    demand.isNeeded = isAnalysisWanted(directory, lookedAt);
    reconciler.update();
  };
  const link = new ResultsLink({ onMessage: take, log });
  const ends: (() => void)[] = [];
  const onReady = (address: WorkerAddress): void => {
    if (address.name === worker) {
      link.attach(address);
      reconciler.resend();
    } else if (routing.workers.includes(address.name)) reconciler.update();
  };
  const onDown = (name: string): void => {
    if (name !== worker) return;
    link.detach();
    detectors = undefined;
    open.endAll();
    const timestamp = Date.now() / 1000;
    for (const cameraId of channel.shown) take({ type: 'detections', cameraId, timestamp, objects: [] });
  };
  return {
    channel,
    persons: {
      isOn,
      watchPersons: (cameraId, listener) => {
        const end = channel.onObjects(cameraId, ({ timestamp, objects }) =>
          listener({ takenAt: timestamp * 1000, objects }),
        );
        watched.set(cameraId, (watched.get(cameraId) ?? 0) + 1);
        update();
        return () => {
          end();
          const left = (watched.get(cameraId) ?? 1) - 1;
          if (left > 0) watched.set(cameraId, left);
          else watched.delete(cameraId);
          update();
        };
      },
    },
    routes: analysisRoutes({ meters, isOn, routing, streams }),
    health: () =>
      describe({
        isOn,
        isNeeded: demand.isNeeded,
        isRunning: pool.address(worker) !== undefined,
        cameras: desired().length,
        detectors,
      }),
    start: () => {
      deviceEvents.start();
      options.events.followers.add(elsewhere);
      if (!isOn) return;
      reconciler.start();
      doors?.offer(RESULTS_PATH, (socket) => peers.take(socket));
      results?.start();
      ends.push(
        pool.onReady(onReady),
        pool.onDown(onDown),
        directory.onChange(update),
        routing.onPlacement(update),
      );
      update();
    },
    close: async () => {
      options.events.followers.delete(elsewhere);
      for (const end of ends.splice(0)) end();
      for (const stream of streams) stream.end();
      demand.close();
      peers.close();
      link.detach();
      open.endAll();
      await Promise.all([reconciler.close(), open.settled(), deviceEvents.close(), results?.close()]);
    },
  };
}

function describe({
  isOn,
  isNeeded,
  isRunning,
  cameras,
  detectors,
}: {
  isOn: boolean;
  isNeeded: boolean;
  isRunning: boolean;
  cameras: number;
  detectors: AnalysisHealth['detectors'] | undefined;
}): object {
  if (!isOn) return { state: 'off', reason: 'ANALYSIS is off' };
  const state = isRunning ? 'ready' : isNeeded ? 'down' : 'idle';
  return { state, cameras, detectors: detectors ?? null };
}

/** `/api/watches`: standing questions to cameras. */
import type { Request } from 'express';
import { parseFields } from '#shared/camera.ts';
import {
  newWatchSchema,
  watchChangesSchema,
  watchIdInPath,
  watchListSchema,
  watchQuerySchema,
  watchSchema,
  watchTestSchema,
} from '#shared/contract/watch.ts';
import { AppError } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import { camerasOf, expectRoleForFields, ofCameras } from '../auth/rights.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import { json, jsonBody, type Route, type RouteGroup, route } from '../http/route.ts';
import { REASON_ERRORS } from '../reasoning/reason-routes.ts';
import type { WatchRow } from '../store/database.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { WatchSettings } from './watch.ts';
import { expectActions, type ToldTargets } from './watch-actions.ts';
import type { WatchAsker } from './watch-asker.ts';
import { applyWatchChanges, parseNewWatch } from './watch-input.ts';
import type { WatchRepository } from './watch-repository.ts';
import { viewWatch } from './watch-view.ts';
import { zoneOf } from './watch-zone.ts';

export interface WatchRoutesOptions {
  asker: WatchAsker;
  repository: WatchRepository;
  routing: Pick<CameraRouting, 'expectKnown'>;
  directory: Pick<CameraDirectory, 'find'>;
  /** Whether motion is detected. */
  hasMotion: boolean;
  /** Whether events can be delivered. */
  canDeliver: boolean;
  /** Who actions may tell. */
  notices: ToldTargets;
  /** Most watches. */
  max: number;
  /** Wakes the runner. */
  wake: () => void;
  /** Unix milliseconds. */
  now: () => number;
}

/** Create, list, change and delete watches. */
export function watchRoutes(options: WatchRoutesOptions): RouteGroup {
  return {
    name: 'Watches',
    description:
      'Questions that the gateway asks of cameras by itself, again and again, within a budget. When one fires it is an event.',
    routes: [...collectionRoutes(options), ...itemRoutes(options)],
  };
}

function collectionRoutes(options: WatchRoutesOptions): Route[] {
  const { repository, max, wake, now } = options;
  return [
    route({
      id: 'createWatch',
      method: 'post',
      path: '/api/watches',
      summary: 'Ask a camera again and again',
      description:
        'It needs `everyMs` or `onMotion`. Free text counts as yes or no only where it says so outright.',
      request: { bodies: jsonBody(newWatchSchema, NEW_WATCHES) },
      answers: { 201: json('It will be asked.', watchSchema, { Location: 'Where it is.' }) },
      errors: [
        'missing-field',
        'invalid-field',
        'camera-not-found',
        'zone-not-found',
        'too-many-watches',
        'notification-not-found',
      ],
      handle: async (req, res) => {
        const watch = possible(parseNewWatch(req.body), options);
        expectActions(watch.actions, options.notices);
        options.routing.expectKnown(watch.cameraId);
        zoneOf(watch, options.directory);
        const row = await repository.insert(watch, max, now());
        wake();
        res.setHeader('Cache-Control', 'no-store');
        res.status(201).location(`/api/watches/${row.id}`).json(viewWatch(row, now()));
      },
    }),
    route({
      id: 'testWatch',
      method: 'post',
      path: '/api/watches/test',
      summary: 'Ask the question of a watch once, storing nothing',
      description: 'Counts as a question of a client.',
      request: { bodies: jsonBody(newWatchSchema, TESTED_WATCH) },
      answers: { 200: json('How the answer reads.', watchTestSchema) },
      errors: [
        'missing-field',
        'invalid-field',
        'camera-not-found',
        'zone-not-found',
        ...REASON_ERRORS,
        'notification-not-found',
      ],
      handle: async (req, res) => {
        const watch = possible(parseNewWatch(req.body), options);
        expectActions(watch.actions, options.notices);
        options.routing.expectKnown(watch.cameraId);
        const asked = await options.asker.ask(watch, { signal: goneSignal(res) });
        const { jpeg, sequence, timestamp } = asked.frame;
        const picture = `data:image/jpeg;base64,${jpeg.toString('base64')}`;
        const { reading, text, number } = asked;
        res.setHeader('Cache-Control', 'no-store');
        res.json({ reading, text, number, sequence, timestamp, picture });
      },
    }),
    route({
      id: 'listWatches',
      method: 'get',
      path: '/api/watches',
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'All watches',
      request: { query: watchQuerySchema, queryExample: { cameraId: '1' } },
      answers: { 200: json('Watches.', watchListSchema) },
      handle: async (req, res) => {
        const { cameraId } = parseFields(watchQuerySchema, req.query);
        const rows = ofCameras(req, await repository.list(cameraId), cameraOf);
        res.setHeader('Cache-Control', 'no-store');
        res.json(rows.map((row) => viewWatch(row, now())));
      },
    }),
  ];
}

function itemRoutes(options: WatchRoutesOptions): Route[] {
  const { repository, wake, now } = options;
  const common = { path: '/api/watches/:watchId', errors: ['watch-not-found'] } as const;
  const params = { watchId: watchIdInPath };
  return [
    route({
      ...common,
      id: 'getWatch',
      method: 'get',
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'One watch',
      request: { params },
      answers: { 200: json('The watch.', watchSchema) },
      handle: async (req, res) => {
        const row = await repository.get(req.params.watchId);
        expectOwnCamera(req, row);
        res.setHeader('Cache-Control', 'no-store');
        res.json(viewWatch(row, now()));
      },
    }),
    route({
      ...common,
      id: 'updateWatch',
      method: 'patch',
      access: 'operator',
      cameraScope: 'handled',
      summary: 'Change a watch',
      description: 'Operators may change `enabled` only.',
      request: { params, bodies: jsonBody(watchChangesSchema, { Pause: { enabled: false } }) },
      answers: { 200: json('The watch as it is now.', watchSchema) },
      errors: [
        'missing-field',
        'invalid-field',
        'watch-not-found',
        'zone-not-found',
        'notification-not-found',
      ],
      handle: async (req, res) => {
        expectRoleForFields(req, req.body, ['enabled']);
        if (camerasOf(req) !== undefined) expectOwnCamera(req, await repository.get(req.params.watchId));
        const change = (before: WatchSettings) => {
          const after = possible(applyWatchChanges(before, req.body), options);
          // A watch whose zone or notification is gone can still be paused.
          if (after.zone !== before.zone) zoneOf(after, options.directory);
          if (after.actions !== before.actions) expectActions(after.actions, options.notices);
          return after;
        };
        const row = await repository.update(req.params.watchId, change, now());
        wake();
        res.setHeader('Cache-Control', 'no-store');
        res.json(viewWatch(row, now()));
      },
    }),
    route({
      ...common,
      id: 'deleteWatch',
      method: 'delete',
      summary: 'Ask no more',
      request: { params },
      answers: { 204: { description: 'Gone.' } },
      handle: async (req, res) => {
        await repository.remove(req.params.watchId);
        wake();
        res.setHeader('Cache-Control', 'no-store');
        res.status(204).end();
      },
    }),
  ];
}

function cameraOf({ camera_id }: WatchRow): string {
  return camera_id;
}

/** @throws AppError `watch-not-found` for a watch of a camera that does not exist for this client */
function expectOwnCamera(req: Request, row: WatchRow): void {
  if (ofCameras(req, [row], cameraOf).length === 0)
    throw new AppError('watch-not-found', 'There is no watch with this id');
}

const TESTED_WATCH = {
  'A question with yes or no': {
    cameraId: '1',
    skill: 'query',
    prompt: 'Is the gate open?',
    everyMs: 60_000,
  },
};

const NEW_WATCHES = {
  'A question with yes or no': {
    cameraId: '1',
    skill: 'query',
    prompt: 'Is the gate open?',
    everyMs: 60_000,
    n: 2,
    of: 3,
  },
  'A number of objects': {
    cameraId: '1',
    skill: 'detect',
    prompt: 'person',
    everyMs: 30_000,
    condition: { atLeast: 3 },
  },
};

/** Refuses a watch that could never ask, or never deliver its event. */
function possible(watch: WatchSettings, { hasMotion, canDeliver }: WatchRoutesOptions): WatchSettings {
  if (watch.onMotion && !hasMotion) throw impossible('onMotion', 'this gateway detects no motion');
  if (watch.deliver && !canDeliver) throw impossible('deliver', 'this gateway delivers no events');
  return watch;
}

function impossible(field: string, why: string): AppError {
  return new AppError('invalid-field', `${field}: ${why}`, { field });
}

/** What a camera does by itself: centre on something, follow it, tour its presets. */
import { parseFields } from '#shared/camera.ts';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import {
  ptzCentredSchema,
  ptzCentreSchema,
  ptzFollowSchema,
  ptzTaskSchema,
  ptzTourSchema,
} from '#shared/contract/ptz.ts';
import type { ErrorCode } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import { WORKER_ERRORS } from '../cameras/picture-routes.ts';
import { json, jsonBody, type Route, route } from '../http/route.ts';
import type { PtzActs } from './ptz-acts.ts';

const ERRORS: readonly ErrorCode[] = [
  ...WORKER_ERRORS,
  'invalid-field',
  'unknown-field',
  'ptz-not-configured',
  'control-unreachable',
  'control-unauthorized',
  'control-refused',
  'control-unsupported',
  'storage-unavailable',
];
const params = { cameraId: cameraIdInPath };
const TASK = 'Moving begins when the announcement is over; any other command ends it.';

/** @param acts the cameras */
export function actRoutes(acts: PtzActs): Route[] {
  return [
    route({
      id: 'centrePtz',
      access: 'operator',
      method: 'post',
      path: '/api/cameras/:cameraId/ptz/centre',
      summary: 'Turn a camera to an object or a point of its picture',
      description:
        'Turns by the field of view, looks again and corrects. Persons are found by detection, other objects by the reasoning provider. Leaving ends it.',
      request: { params, bodies: jsonBody(ptzCentreSchema, { point: { point: { x: 0.75, y: 0.5 } } }) },
      answers: { 200: json('Where it ended.', ptzCentredSchema) },
      errors: [...ERRORS, 'object-not-seen', 'ptz-interrupted', 'reasoning-not-configured'],
      handle: async (req, res) => {
        const wanted = parseFields(ptzCentreSchema, req.body);
        res.json(await acts.centre(req.params.cameraId, wanted, goneSignal(res)));
      },
    }),
    route({
      id: 'followPtz',
      access: 'operator',
      method: 'post',
      path: '/api/cameras/:cameraId/ptz/follow',
      summary: 'Keep a person or an object in the picture',
      description: `Ends when the object stays lost, after \`seconds\`, or by any other command. ${TASK}`,
      request: { params, bodies: jsonBody(ptzFollowSchema, { person: { object: 'person', seconds: 2 } }) },
      answers: { 202: json('The task.', ptzTaskSchema) },
      errors: ERRORS,
      handle: async (req, res) => {
        res
          .status(202)
          .json(await acts.follow(req.params.cameraId, parseFields(ptzFollowSchema, req.body ?? {})));
      },
    }),
    route({
      id: 'tourPtz',
      access: 'operator',
      method: 'post',
      path: '/api/cameras/:cameraId/ptz/tour',
      summary: 'Visit presets and ask about each',
      description: `The report grows in the task. ${TASK}`,
      request: { params, bodies: jsonBody(ptzTourSchema, { gates: { presets: ['1'], dwellSeconds: 0 } }) },
      answers: { 202: json('The task.', ptzTaskSchema) },
      errors: ERRORS,
      handle: async (req, res) => {
        res.status(202).json(await acts.tour(req.params.cameraId, parseFields(ptzTourSchema, req.body)));
      },
    }),
    route({
      id: 'getPtzTask',
      method: 'get',
      path: '/api/cameras/:cameraId/ptz/task',
      access: 'viewer',
      summary: 'What a camera does by itself, or did last',
      request: { params },
      answers: { 200: json('The task.', ptzTaskSchema), 204: { description: 'It has done nothing.' } },
      errors: ['camera-not-found', 'storage-unavailable'],
      handle: async (req, res) => {
        const task = await acts.taskOf(req.params.cameraId);
        if (task === undefined) res.status(204).end();
        else res.json(task);
      },
    }),
    route({
      id: 'cancelPtzTask',
      access: 'operator',
      method: 'delete',
      path: '/api/cameras/:cameraId/ptz/task',
      summary: 'End what a camera does by itself',
      request: { params },
      answers: { 204: { description: 'It stands still.' } },
      handle: async (req, res) => {
        await acts.interrupt(req.params.cameraId);
        res.status(204).end();
      },
    }),
  ];
}

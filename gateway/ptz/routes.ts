/** Pan, tilt, zoom, focus and presets of one camera, answered by its worker. */
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import { successSchema } from '#shared/contract/common.ts';
import {
  newPresetSchema,
  ptzAbsoluteSchema,
  ptzFocusSchema,
  ptzMoveSchema,
  ptzPresetSchema,
  ptzPresetsSchema,
  ptzRelativeSchema,
  ptzStatusSchema,
  ptzZoomSchema,
} from '#shared/contract/ptz.ts';
import type { ErrorCode } from '#shared/errors.ts';
import { WORKER_ERRORS } from '../cameras/picture-routes.ts';
import { json, jsonBody, type Route, type RouteGroup, route } from '../http/route.ts';
import { actRoutes } from './act-routes.ts';
import { deviceRoutes } from './device-routes.ts';
import type { PtzActs } from './ptz-acts.ts';

const ERRORS: readonly ErrorCode[] = [
  ...WORKER_ERRORS,
  'invalid-field',
  'invalid-json',
  'ptz-not-configured',
  'camera-address-denied',
  'control-unreachable',
  'control-unauthorized',
  'control-refused',
  'control-unsupported',
];

const params = { cameraId: cameraIdInPath };
const presetParams = {
  ...params,
  preset: z.string().meta({ description: 'Id of the preset.', examples: ['1'] }),
};

/**
 * What a camera's device takes beside the stream.
 * @param answers passes a request on to the worker of its camera
 * @param acts what cameras do by themselves: any command of a client ends it
 */
export function controlRoutes(answers: RequestHandler, acts: PtzActs): RouteGroup[] {
  return [ptzRoutes(answers, acts), deviceRoutes(answers)];
}

function ptzRoutes(answers: RequestHandler, acts: PtzActs): RouteGroup {
  const common = { errors: ERRORS, readsBody: true, handle: answers } as const;
  const interrupts: RequestHandler<{ cameraId: string }> = async (req, res, next) => {
    await acts.interrupt(req.params.cameraId);
    // Its rejection is this handler's: without it an unknown camera would end the process.
    return answers(req as unknown as Request, res, next);
  };
  const done = { 200: json('The camera has taken the command.', successSchema) };

  function command(path: string, id: string, summary: string, schema?: z.ZodType, example?: object): Route {
    const bodies = schema && { bodies: jsonBody(schema, example && { [path]: example }) };
    return route({
      ...common,
      handle: interrupts,
      id,
      method: 'post',
      path: `/api/cameras/:cameraId/ptz/${path}` as '/api/cameras/:cameraId/ptz/move',
      access: 'operator',
      summary,
      request: { params, ...bodies },
      answers: done,
    });
  }

  return {
    name: 'Pan, tilt, zoom',
    description:
      'Cameras with `ptz` can be moved: by ONVIF, by the HTTP commands of PTZOptics, or by VISCA. A move ends after one second unless it is renewed.',
    routes: [
      route({
        ...common,
        id: 'getPtz',
        method: 'get',
        path: '/api/cameras/:cameraId/ptz',
        access: 'viewer',
        summary: 'What a camera can do and where it looks',
        request: { params },
        answers: { 200: json('Its controls.', ptzStatusSchema) },
      }),
      command('move', 'movePtz', 'Move a camera, for one second', ptzMoveSchema, { pan: -0.5, tilt: 0.25 }),
      command('zoom', 'zoomPtz', 'Zoom a camera, for one second', ptzZoomSchema, { zoom: 0.5 }),
      command('stop', 'stopPtz', 'Stop a camera'),
      command('home', 'homePtz', 'Move a camera to its home position'),
      command('absolute', 'moveToPtz', 'Move a camera to a position', ptzAbsoluteSchema, { pan: 0, tilt: 0 }),
      command('relative', 'moveByPtz', 'Move a camera by a part of its range', ptzRelativeSchema, {
        pan: 0.1,
      }),
      command('focus', 'focusPtz', 'Focus a camera', ptzFocusSchema, { action: 'auto' }),
      route({
        ...common,
        id: 'getPtzPresets',
        method: 'get',
        path: '/api/cameras/:cameraId/ptz/presets',
        access: 'viewer',
        summary: 'Presets of a camera',
        request: { params },
        answers: { 200: json('Empty where the camera cannot list them.', ptzPresetsSchema) },
      }),
      route({
        ...common,
        id: 'setPtzPreset',
        method: 'post',
        path: '/api/cameras/:cameraId/ptz/presets',
        access: 'operator',
        summary: 'Store where a camera looks',
        request: { params, bodies: jsonBody(newPresetSchema, { numbered: { id: 1 } }) },
        answers: { 201: json('The preset.', ptzPresetSchema) },
      }),
      route({
        ...common,
        handle: interrupts,
        id: 'goToPtzPreset',
        method: 'post',
        path: '/api/cameras/:cameraId/ptz/presets/:preset/go',
        access: 'operator',
        summary: 'Move a camera to a preset',
        request: { params: presetParams },
        answers: done,
      }),
      route({
        ...common,
        id: 'removePtzPreset',
        method: 'delete',
        path: '/api/cameras/:cameraId/ptz/presets/:preset',
        access: 'operator',
        summary: 'Remove a preset',
        request: { params: presetParams },
        answers: { 204: { description: 'It is gone.' } },
      }),
      ...actRoutes(acts),
    ],
  };
}

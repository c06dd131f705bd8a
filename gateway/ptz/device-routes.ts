/** The device behind one camera, answered by its worker, which asks the camera by ONVIF. */
import type { RequestHandler } from 'express';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import { cameraDeviceSchema, imagingChangesSchema, imagingSchema } from '#shared/contract/camera-device.ts';
import { successSchema } from '#shared/contract/common.ts';
import type { ErrorCode } from '#shared/errors.ts';
import { WORKER_ERRORS } from '../cameras/picture-routes.ts';
import { json, jsonBody, type RouteGroup, route } from '../http/route.ts';

const ERRORS: readonly ErrorCode[] = [
  ...WORKER_ERRORS,
  'camera-address-denied',
  'control-unreachable',
  'control-unauthorized',
  'control-refused',
  'control-unsupported',
];

/** @param answers passes a request on to the worker of its camera */
export function deviceRoutes(answers: RequestHandler): RouteGroup {
  const request = { params: { cameraId: cameraIdInPath } };
  const common = { errors: ERRORS, handle: answers } as const;
  return {
    name: 'Device of a camera',
    description:
      'Cameras with ONVIF: the service is at the port of `ptz` where that is ONVIF, else it is looked for at the usual ports.',
    routes: [
      route({
        ...common,
        id: 'getCameraDevice',
        method: 'get',
        path: '/api/cameras/:cameraId/device',
        access: 'viewer',
        summary: 'Who made a camera',
        request,
        answers: { 200: json('As it tells.', cameraDeviceSchema) },
      }),
      route({
        ...common,
        id: 'getImaging',
        method: 'get',
        path: '/api/cameras/:cameraId/imaging',
        access: 'viewer',
        summary: 'How the picture of a camera is set',
        request,
        answers: { 200: json('In shares of what the camera allows.', imagingSchema) },
      }),
      route({
        ...common,
        id: 'changeImaging',
        method: 'patch',
        path: '/api/cameras/:cameraId/imaging',
        summary: 'Set the picture of a camera',
        readsBody: true,
        request: { ...request, bodies: jsonBody(imagingChangesSchema, { Brighter: { brightness: 0.6 } }) },
        answers: { 200: json('How it is set now.', imagingSchema) },
        errors: [...ERRORS, 'invalid-field', 'invalid-json'],
      }),
      route({
        ...common,
        id: 'rebootCamera',
        method: 'post',
        path: '/api/cameras/:cameraId/reboot',
        summary: 'Restart a camera',
        description: 'It is away for about a minute and connected again by itself.',
        request,
        answers: { 200: json('The camera has taken the command.', successSchema) },
      }),
    ],
  };
}

/** Shows the simulated cameras again. */
import { successSchema } from '#shared/contract/common.ts';
import { AppError } from '#shared/errors.ts';
import { json, type RouteGroup, route } from '../http/route.ts';
import type { Demo } from './demo.ts';

/** @param demo undefined where DEMO_CAMERAS is off */
export function demoRoutes(demo: Pick<Demo, 'showAgain'> | undefined): RouteGroup {
  return {
    name: 'Demo',
    description: 'Four simulated cameras, shown while there are no others.',
    routes: [
      route({
        id: 'showDemo',
        method: 'post',
        path: '/api/demo',
        summary: 'Show the simulated cameras again',
        description: 'After the last camera was removed. They come within seconds.',
        answers: { 202: json('They are started, or run already.', successSchema) },
        errors: ['camera-exists', 'set-by-environment'],
        handle: (_req, res) => {
          if (demo === undefined) throw new AppError('set-by-environment', 'DEMO_CAMERAS is off');
          demo.showAgain();
          res.status(202).json({ success: true });
        },
      }),
    ],
  };
}

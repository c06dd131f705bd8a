/** `POST /api/workers/:workerName/restart`: replaces a worker process by hand. */
import { type RestartedWorker, restartedWorkerSchema, workerNameInPath } from '#shared/contract/health.ts';
import { AppError } from '#shared/errors.ts';
import { json, type Route, route } from '../http/route.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';

/** The part of the pool that the route needs. */
export interface RestartPool {
  status(): WorkerStatus[];
  restart(name: string): void;
}

/** For admins: a worker that failed for good gets a new chance, its failure counters are reset. */
export function restartRoute(pool: RestartPool): Route {
  return route({
    id: 'restartWorker',
    method: 'post',
    path: '/api/workers/:workerName/restart',
    summary: 'Replace a worker process now',
    description:
      'For a worker that failed or misbehaves. Its cameras are away for about a second; viewers over `/ws` keep their subscriptions.',
    request: { params: { workerName: workerNameInPath } },
    answers: { 202: json('It is told to end; another process follows.', restartedWorkerSchema) },
    errors: ['not-found', 'not-restartable'],
    handle: (req, res) => {
      const { workerName } = req.params;
      const worker = pool.status().find(({ name }) => name === workerName);
      if (worker === undefined) throw new AppError('not-found', `No worker ${workerName}`);
      if (worker.kind !== 'child')
        throw new AppError(
          'not-restartable',
          `This gateway did not start worker ${workerName}: restart it where it runs`,
        );
      pool.restart(workerName);
      res.status(202).json({ success: true, worker } satisfies RestartedWorker);
    },
  });
}

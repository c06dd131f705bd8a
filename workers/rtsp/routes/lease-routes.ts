/** `/internal/lease`: a gateway renews the lease of this worker and learns about it. */
import { type RequestHandler, Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import { LEASE_PATH, type LeaseAnswer, leaseOrderSchema, TERM_HEADER } from '#shared/worker-lease.ts';
import type { Lease, LeaseState } from '../../host/lease.ts';
import { livez } from '../../host/livez.ts';
import type { RtspWorkerConfig } from '../config.ts';

export interface LeaseRoutesOptions {
  config: Pick<RtspWorkerConfig, 'host' | 'capacity' | 'labels'>;
  lease: Lease;
  /** Cameras that the last process was working on when it broke. */
  suspects: readonly string[];
}

/** The route. */
export function leaseRoutes({ config, lease, suspects }: LeaseRoutesOptions): Router {
  const routes = Router();
  const { host, capacity, labels } = config;
  const answer = (state: LeaseState): LeaseAnswer => ({
    ...state,
    ...livez(host),
    ...{ name: host.name, capacity, labels, suspects: [...suspects] },
  });
  routes.get(LEASE_PATH, (_req, res) => void res.json(answer(lease.state())));
  routes.put(LEASE_PATH, readJsonBody('1kb'), (req, res) => {
    res.json(answer(lease.renew(parseFields(leaseOrderSchema, req.body))));
  });
  return routes;
}

/** Refuses orders of a gateway that does not keep this worker any more. */
export function expectLease(lease: Lease): RequestHandler {
  return (req, _res, next) => {
    const term = req.get(TERM_HEADER);
    if (req.method !== 'GET') lease.expect(term === undefined ? undefined : Number(term));
    next();
  };
}

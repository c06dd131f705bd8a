/** Tells gateways that share this worker which client opened a session: any of them speaks to it then. */
import { Router } from 'express';
import { AppError } from '#shared/errors.ts';
import { SESSION_OWNERS_PATH } from '#shared/worker-protocol.ts';
import type { SessionSet } from './session-set.ts';

/** Routes for gateways only. */
export function sessionOwnerRoutes(sessions: Pick<SessionSet, 'list' | 'get'>): Router {
  const routes = Router();
  routes.get(SESSION_OWNERS_PATH, (_req, res) => {
    res.json(
      sessions.list().flatMap(({ id, owner }) => (owner === undefined ? [] : [{ sessionId: id, owner }])),
    );
  });
  routes.get(`${SESSION_OWNERS_PATH}/:sessionId`, (req, res) => {
    const { id, owner } = sessions.get(req.params.sessionId);
    if (owner === undefined) throw new AppError('session-not-found', `Session ${id} has no owner`);
    res.json({ sessionId: id, owner });
  });
  return routes;
}

/** Routes on a router of their own, without a gate. */
import { Router } from 'express';
import { principalOf, setPrincipal } from '../../gateway/auth/principal.ts';
import type { Route, RouteGroup } from '../../gateway/http/route.ts';
import { RouteTable } from '../../gateway/http/route-table.ts';

/** A table with these routes. */
export function tableOf(...routes: readonly (RouteGroup | readonly Route[])[]): RouteTable {
  const table = new RouteTable();
  table.add(routes.map((one) => ('routes' in one ? one : { name: '', description: '', routes: one })));
  return table;
}

/** A router with these routes, for clients of this machine. */
export function mounted(...routes: readonly (RouteGroup | readonly Route[])[]): Router {
  const router = Router();
  router.use((req, _res, next) => {
    if (principalOf(req) === undefined) setPrincipal(req, { role: 'admin', kind: 'local' });
    next();
  });
  return router.use(tableOf(...routes).router((_req, _res, next) => next()));
}

/** All routes but sockets as `get /api/cameras/{}`; `all` stands for any method. */
export function listed(table: RouteTable): string[] {
  return table.groups
    .flatMap(({ routes }) => routes)
    .filter(({ socket }) => socket === undefined)
    .map(({ method, path }) => `${method} ${path.replace(/[:*]\w+/g, '{}')}`)
    .sort();
}

/** The Express app of all routes, behind the open port. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { Access } from '../auth/access.ts';
import type { GatewayConfig } from '../config/config.ts';
import { createApp } from '../http/app.ts';
import type { FrontDoor } from '../http/front-door.ts';
import type { RouteTable } from '../http/route-table.ts';
import { httpTimings, serveRequests } from '../http/server.ts';

/** What is served, and how. */
export interface Application {
  config: Readonly<GatewayConfig>;
  redactor: Redactor;
  log: Logger;
  door: FrontDoor;
  table: RouteTable;
  access: Access;
  isDraining: () => boolean;
}

/** Puts the application behind the door, which does not admit yet. */
export function serve({ config, redactor, log, door, table, access, isDraining }: Application): void {
  const app = createApp({
    ...{ redactor, log, isDraining },
    routes: table,
    admission: access.admission(),
    onRefused: access.onRefused,
    isBehindProxy: config.auth.isPublic,
    bodyLimits: config.limits.bodies,
  });
  serveRequests(door.server, {
    ...{ app, timings: httpTimings(config.limits), limits: door.connections },
    isUpload: (request) => table.isUpload(request),
  });
}

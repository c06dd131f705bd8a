/** The port of the gateway with any application. */
import type { RequestListener, Server } from 'node:http';
import { createBareServer, type Serving, serveRequests } from '../../gateway/http/server.ts';

/** Creates a server that does not listen yet. */
export function createAppServer(app: RequestListener, serving: Omit<Serving, 'app'> = {}): Server {
  const server = createBareServer(serving.timings, serving.limits);
  serveRequests(server, { app, ...serving });
  return server;
}

/** HTTP and WebSocket of the analysis worker, on loopback only. */
import { RESULTS_PATH } from '#shared/detections.ts';
import type { ProblemOptions } from '#shared/http/problem.ts';
import { createWorkerApp, type OpenServer, openHttpServer } from '../host/http-server.ts';
import { requireToken } from '../host/token.ts';
import { analysisRoutes } from './routes/analysis-routes.ts';
import { type HealthRoutesOptions, healthRoutes } from './routes/health-routes.ts';

export interface ServerOptions extends HealthRoutesOptions, ProblemOptions {}

/** Clients of the results socket send nothing. */
const MAX_MESSAGE_BYTES = 1024;

/** Binds the port and serves. @throws the `listen` error, `EADDRINUSE` among them */
export function openServer(options: ServerOptions): Promise<OpenServer> {
  const { config, results, analyses } = options;
  const { token } = config.host;
  return openHttpServer({
    app: createWorkerApp(options, (app) => {
      app.use(requireToken(token));
      app.use(healthRoutes(options));
      app.use(analysisRoutes(analyses));
    }),
    bind: '127.0.0.1',
    port: config.port,
    sockets: {
      options: { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES },
      token,
      find: (url) => (url === RESULTS_PATH ? (listener) => results.serve(listener) : undefined),
    },
  });
}

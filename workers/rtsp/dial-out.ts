/** The link of a worker that runs on another network than its gateway. */
import type { Logger } from '#shared/logger.ts';
import { productVersion } from '#shared/product-version.ts';
import type { AgentLink } from '../host/agent/agent-link.ts';
import type { OpenServer } from '../host/http-server.ts';
import type { StandingOrders } from './archive/standing-orders.ts';
import type { RtspWorkerConfig } from './config.ts';

/** Dials out where the settings say so. @returns undefined for a worker that its gateway reaches */
export async function dialOut(
  { agent, host }: Pick<RtspWorkerConfig, 'agent' | 'host'>,
  { server, orders }: { server: Pick<OpenServer, 'accept'>; orders: StandingOrders | undefined },
  log: Logger,
): Promise<AgentLink | undefined> {
  // Without a token of its own it would serve its inner routes to its whole network.
  if (agent === undefined || host.token === undefined) return undefined;
  const { AgentLink } = await import('../host/agent/agent-link.ts');
  const link = new AgentLink({
    ...agent,
    workerToken: host.token,
    version: productVersion(),
    accept: server.accept,
    onWelcome: () => orders?.stand(),
    onRemoved: () => orders?.forget(),
    log,
  });
  link.start();
  orders?.start();
  return link;
}

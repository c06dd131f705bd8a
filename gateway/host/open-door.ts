/** Opens the gateway's port as its settings say. */
import type { GatewayConfig } from '../config/config.ts';
import { FrontDoor } from '../http/front-door.ts';
import { httpTimings } from '../http/server.ts';

/** Listens; what comes waits for the gateway. @throws PortUnavailableError */
export function openDoor({ host, port, limits, auth }: Readonly<GatewayConfig>): Promise<FrontDoor> {
  // Behind a proxy all connections come from that one address.
  const perClient = auth.isPublic ? undefined : limits.connectionsPerClient;
  const connections = { connections: limits.connections, perClient };
  return FrontDoor.open({ host, port, timings: httpTimings(limits), connections });
}

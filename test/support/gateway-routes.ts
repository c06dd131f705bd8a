/** The routes of a whole gateway, for tests that are made from them. */
import type { RouteGroup } from '../../gateway/http/route.ts';
import { TestGateway } from './test-gateway.ts';

/** Opens a gateway to see its routes. */
export async function gatewayRoutes(): Promise<readonly RouteGroup[]> {
  const gateway = await TestGateway.open();
  await gateway.close();
  return gateway.routes.groups;
}

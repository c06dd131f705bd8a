/** The OpenAPI document of a gateway as it is configured by default. */
import { describeApi } from '../../gateway/openapi/document.ts';
import type { OpenApiDocument } from '../../gateway/openapi/openapi-shape.ts';
import { gatewayRoutes } from '../support/gateway-routes.ts';

/** Makes it. */
export async function apiDocument(): Promise<OpenApiDocument> {
  return describeApi(await gatewayRoutes(), '0.0.0');
}

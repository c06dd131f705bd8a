/** The OpenAPI 3.1 document, made from the routes. */
import { setImmediate } from 'node:timers/promises';
import { HINT_BY_CODE } from '#shared/error-hints.ts';
import { type ErrorCode, STATUS_BY_CODE } from '#shared/errors.ts';
import type { RouteGroup } from '../http/route.ts';
import { describeOperation, describeProblem, openApiPath } from './describe-operation.ts';
import { COMMON_ERRORS, INTRODUCTION } from './introduction.ts';
import { SchemaWriter } from './json-schema.ts';
import type { OpenApiDocument } from './openapi-shape.ts';
import { problemSchema } from './problem-schema.ts';

/** Builds it, with pauses for frames. @param version of the product */
export async function describeApi(groups: readonly RouteGroup[], version: string): Promise<OpenApiDocument> {
  const writer = new SchemaWriter();
  const paths: OpenApiDocument['paths'] = {};
  const problem = writer.write(problemSchema);
  for (const { name, routes, schemas = [] } of groups) {
    await setImmediate();
    for (const schema of schemas) writer.write(schema);
    for (const route of routes.filter(({ isHidden }) => isHidden !== true)) {
      const path = openApiPath(route.path);
      paths[path] = { ...paths[path], [route.method]: describeOperation(route, name, writer) };
    }
  }
  const responses = { Problem: describeProblem(COMMON_ERRORS, problem) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Visual reasoning gateway',
      version,
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to the document, for any path prefix.
    servers: [{ url: '.', description: 'The gateway that serves this document' }],
    tags: groups.map(({ name, description }) => ({ name, description })),
    paths,
    components: { schemas: writer.components, responses, securitySchemes: SECURITY_SCHEMES },
    'x-problems': Object.entries(STATUS_BY_CODE).map(([code, status]) => ({
      code,
      status,
      ...hintOf(code as ErrorCode),
    })),
  };
}

const SECURITY_SCHEMES = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token that the gateway printed when it started, or a key.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'gateway',
    description: 'What `POST /api/auth/login` sets; over HTTPS it is called `__Host-gateway`.',
  },
  ticket: {
    type: 'apiKey',
    in: 'query',
    name: 'ticket',
    description: 'From `POST /api/tickets`, for what cannot send a header; GET only.',
  },
};

function hintOf(code: ErrorCode): { hint?: string } {
  const hint = HINT_BY_CODE[code];
  return hint === undefined ? {} : { hint };
}

/** One route in OpenAPI. */
import type { z } from 'zod';
import { type ErrorCode, STATUS_BY_CODE } from '#shared/errors.ts';
import type { Access, Answer, Body, Method, RequestShape, Route, Socket } from '../http/route.ts';
import type { JsonSchema, SchemaWriter } from './json-schema.ts';
import type {
  DescribedAnswer,
  DescribedContent,
  DescribedOperation,
  DescribedParameter,
} from './openapi-shape.ts';

/** An Express path in OpenAPI syntax: `/api/cameras/{cameraId}`. */
export function openApiPath(path: string): string {
  return path.replace(/[:*](\w+)/g, '{$1}');
}

/** Describes a route. @param tag name of its group */
export function describeOperation(route: Route, tag: string, writer: SchemaWriter): DescribedOperation {
  const { id, summary, description, request, errors, socket, access } = route;
  const { bodies } = request;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: describeParameters(request, writer),
    ...(bodies === undefined ? {} : { requestBody: describeBodies(bodies, writer) }),
    responses: { ...describeAnswers(route.answers, writer), ...describeErrors(errors) },
    security: securityFor(access, route.method),
    'x-role': access,
    ...(socket === undefined ? {} : { 'x-websocket': describeSocket(socket, writer) }),
  };
}

function describeSocket({ client, server, examples }: Socket, writer: SchemaWriter) {
  return {
    client: { schema: writer.write(client), ...describeExamples(examples) },
    server: { schema: writer.write(server) },
  };
}

function securityFor(access: Access, method: Method | 'all'): Record<string, string[]>[] {
  // The empty requirement stands for requests from the machine itself.
  if (access === 'anyone') return [{}];
  return [{ token: [] }, { session: [] }, ...(method === 'get' ? [{ ticket: [] }] : []), {}];
}

function describeParameters(
  { params = {}, query, queryExample = {}, headers = {} }: RequestShape,
  writer: SchemaWriter,
): DescribedParameter[] {
  const inPath = Object.entries(params).map(([name, schema]) => {
    const { description, examples, ...written } = writer.write(schema) as ParameterSchema;
    const [example] = examples ?? [];
    return { name, in: 'path' as const, required: true, description, schema: written, example };
  });
  const inHeaders = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header' as const,
    required: false,
    description,
    schema: { type: 'string' },
  }));
  return [
    ...inPath,
    ...(query === undefined ? [] : describeQuery(query, queryExample, writer)),
    ...inHeaders,
  ];
}

interface ParameterSchema extends JsonSchema {
  description: string;
  examples?: unknown[];
}

function describeQuery(
  query: z.ZodObject,
  example: Record<string, unknown>,
  writer: SchemaWriter,
): DescribedParameter[] {
  const { properties = {}, required = [] } = writer.write(query) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...written }]) => ({
    name,
    in: 'query' as const,
    required: required.includes(name),
    description: description as string,
    schema: written,
    ...(name in example ? { example: example[name] } : {}),
  }));
}

function describeBodies(bodies: readonly Body[], writer: SchemaWriter) {
  const content = bodies.map(({ type, schema, examples }) => [
    type,
    { schema: writer.write(schema), ...describeExamples(examples) },
  ]);
  return { required: true, content: Object.fromEntries(content) as Record<string, DescribedContent> };
}

function describeExamples(examples: Record<string, unknown> = {}): Pick<DescribedContent, 'examples'> {
  const named = Object.entries(examples).map(([name, value]) => [name, { summary: name, value }]);
  return named.length === 0 ? {} : { examples: Object.fromEntries(named) };
}

function describeAnswers(
  answers: Record<number, Answer>,
  writer: SchemaWriter,
): Record<string, DescribedAnswer> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer, writer)]),
  );
}

function describeAnswer(
  { description, type, schema, headers }: Answer,
  writer: SchemaWriter,
): DescribedAnswer {
  const described = Object.entries(headers ?? {}).map(
    ([name, meaning]) => [name, { description: meaning, schema: { type: 'string' } }] as const,
  );
  return {
    description,
    ...(described.length === 0 ? {} : { headers: Object.fromEntries(described) }),
    ...(type === undefined
      ? {}
      : { content: { [type]: { schema: schema === undefined ? bytesOf(type) : writer.write(schema) } } }),
  };
}

/** Media types beside `text/*` that are text. */
const TEXTS = ['application/sdp', 'application/vnd.apple.mpegurl'];

/** Text is a string; everything else that has no schema is bytes. */
function bytesOf(type: string): JsonSchema {
  const isText = type.startsWith('text/') || TEXTS.includes(type);
  return isText ? { type: 'string' } : { type: 'string', format: 'binary' };
}

function describeErrors(errors: readonly ErrorCode[]): Record<string, DescribedAnswer> {
  const byStatus = Map.groupBy(errors, (code) => STATUS_BY_CODE[code]);
  const reference = { $ref: '#/components/schemas/Problem' };
  return Object.fromEntries([
    ...[...byStatus].map(([status, codes]) => [String(status), describeProblem(codes, reference)]),
    ['default', { $ref: '#/components/responses/Problem' }],
  ]);
}

/** Errors of one status. */
export function describeProblem(codes: readonly ErrorCode[], schema: JsonSchema): DescribedAnswer {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: { 'application/problem+json': { schema } },
  };
}

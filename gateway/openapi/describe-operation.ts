/** One operation as OpenAPI writes it. */
import { type ErrorCode, STATUS_BY_CODE } from '#shared/errors.ts';
import { isPermitted } from '../auth/permissions.ts';
import type { JsonSchema, SchemaWriter } from './json-schema.ts';
import type {
  DescribedAnswer,
  DescribedContent,
  DescribedOperation,
  DescribedParameter,
} from './openapi-shape.ts';
import type { Answer, Body, Operation, Query, SocketMessages } from './operation.ts';
import { examplePath, PATH_PARAMETERS } from './path-parameters.ts';

/** Describes it as one of a subject. @throws Error where it speaks of members that the schema does not have */
export function describeOperation(
  operation: Operation,
  tag: string,
  writer: SchemaWriter,
): DescribedOperation {
  const { id, summary, description, bodies, errors = [], socket } = operation;
  const role = roleFor(operation);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: describeParameters(operation, writer),
    ...(bodies === undefined ? {} : { requestBody: describeBodies(bodies, writer) }),
    responses: { ...describeAnswers(operation.answers, writer), ...describeErrors(errors) },
    security: securityFor(role, operation.method),
    'x-role': role,
    ...(socket === undefined ? {} : { 'x-websocket': describeSocket(socket, writer) }),
  };
}

function describeSocket({ client, meanings, server, examples }: SocketMessages, writer: SchemaWriter) {
  return {
    client: { schema: writer.write(client, meanings), ...describeExamples(examples) },
    server: { schema: writer.write(server) },
  };
}

/** The same table that the gate asks, so that the two cannot differ. */
function roleFor({ path, method }: Operation): 'anyone' | 'viewer' | 'admin' {
  const example = examplePath(path);
  if (isPermitted(undefined, method.toUpperCase(), example)) return 'anyone';
  return isPermitted('viewer', method.toUpperCase(), example) ? 'viewer' : 'admin';
}

function securityFor(role: string, method: string): Record<string, string[]>[] {
  // The empty one stands for requests from the very machine that the gateway runs on.
  if (role === 'anyone') return [{}];
  return [{ token: [] }, { session: [] }, ...(method === 'get' ? [{ ticket: [] }] : []), {}];
}

function describeParameters({ path, query, headers }: Operation, writer: SchemaWriter): DescribedParameter[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const parameter = PATH_PARAMETERS[name];
    if (parameter === undefined) throw new Error(`nobody knows what ${name} means in ${path}`);
    const { description, schema, example } = parameter;
    return { name, in: 'path' as const, required: true, description, schema: writer.write(schema), example };
  });
  const inHeaders = Object.entries(headers ?? {}).map(([name, description]) => ({
    name,
    in: 'header' as const,
    description,
    schema: { type: 'string' },
  }));
  return [...inPath, ...(query === undefined ? [] : describeQuery(query, writer)), ...inHeaders];
}

function describeQuery(
  { schema, meanings, example = {} }: Query,
  writer: SchemaWriter,
): DescribedParameter[] {
  const { properties = {}, required = [] } = writer.write(schema, meanings) as {
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
  const content = bodies.map(({ type, schema, meanings, examples }) => [
    type,
    { schema: writer.write(schema, meanings), ...describeExamples(examples) },
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
      : { content: { [type]: schema === undefined ? {} : { schema: writer.write(schema) } } }),
  };
}

function describeErrors(errors: readonly ErrorCode[]): Record<string, DescribedAnswer> {
  const byStatus = Map.groupBy(errors, (code) => STATUS_BY_CODE[code]);
  const reference = { $ref: '#/components/schemas/Problem' };
  return Object.fromEntries([
    ...[...byStatus].map(([status, codes]) => [String(status), describeProblem(codes, reference)]),
    ['default', { $ref: '#/components/responses/Problem' }],
  ]);
}

/** What fails with one status. */
export function describeProblem(codes: readonly ErrorCode[], schema: JsonSchema): DescribedAnswer {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: { 'application/problem+json': { schema } },
  };
}

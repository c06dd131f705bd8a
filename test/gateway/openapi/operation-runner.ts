/** Runs what the document shows as examples, and holds the answers against what it says of them. */
import { expect } from 'chai';
import type { Route, RouteGroup } from '../../../gateway/http/route.ts';
import type { DescribedOperation, OpenApiDocument } from '../../../gateway/openapi/openapi-shape.ts';

/** One call that the document shows. */
export interface Example {
  id: string;
  /** What the example is called, where it has a body. */
  name: string | undefined;
  method: string;
  path: string;
  /** Examples of the parameters in the path. */
  params: Record<string, string>;
  query: string;
  body: { type: string; text: string } | undefined;
}

/** What a preparation tells of it: ids that only the gateway knows, and what cannot stand in a document. */
export interface Prepared {
  ids?: Record<string, string>;
  headers?: Record<string, string>;
  body?: { type: string; text: string } | FormData;
}

/** Every call of the document that is made over HTTP. */
export function examplesOf(document: OpenApiDocument): Example[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation['x-websocket'] === undefined)
      .flatMap(([method, operation]) => callsOf(method, path, operation)),
  );
}

function callsOf(method: string, path: string, operation: DescribedOperation): Example[] {
  const call = {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    params: paramsOf(operation),
    query: queryOf(operation),
  };
  const bodies = Object.entries(operation.requestBody?.content ?? {}).flatMap(([type, { examples = {} }]) =>
    Object.entries(examples).map(([name, { value }]) => ({
      ...call,
      name,
      body: { type, text: JSON.stringify(value) },
    })),
  );
  return bodies.length > 0 ? bodies : [{ ...call, name: undefined, body: undefined }];
}

function paramsOf({ parameters }: DescribedOperation): Record<string, string> {
  const inPath = parameters.filter(({ in: place }) => place === 'path');
  return Object.fromEntries(inPath.map(({ name, example }) => [name, String(example)]));
}

function queryOf({ parameters }: DescribedOperation): string {
  const given = parameters.filter(({ in: place, example }) => place === 'query' && example !== undefined);
  const query = new URLSearchParams(
    Object.fromEntries(given.map(({ name, example }) => [name, String(example)])),
  );
  return given.length === 0 ? '' : `?${query}`;
}

/** Makes the call and expects one of the successes that are described. */
export async function runExample(
  origin: string,
  route: Route,
  example: Example,
  prepared: Prepared = {},
): Promise<void> {
  const { method, path, params, query } = example;
  const body = prepared.body ?? example.body;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(prepared.ids?.[name] ?? params[name] ?? ''),
  );
  const gone = new AbortController();
  const answer = await fetch(`${origin}${filled}${query}`, {
    method,
    signal: gone.signal,
    redirect: 'manual',
    headers: {
      ...(body === undefined || body instanceof FormData ? {} : { 'Content-Type': body.type }),
      ...prepared.headers,
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : body.text }),
  });
  await expectDescribed(route, answer);
  gone.abort();
}

async function expectDescribed(operation: Route, answer: Response): Promise<void> {
  const described = operation.answers[answer.status];
  if (described === undefined) throw new Error(`${answer.status} is not described: ${await answer.text()}`);
  const type = answer.headers.get('content-type') ?? '';
  if (described.type === undefined) expect(type).to.not.match(/problem/);
  else expect(type.startsWith(described.type.replace('*', '')), type).to.equal(true);
  for (const name of Object.keys(described.headers ?? {})) {
    // Link and the cursor are there only where they have something to say.
    if (!['Link', 'X-Next-Cursor'].includes(name)) expect(answer.headers.has(name), name).to.equal(true);
  }
  if (described.schema === undefined) return;
  const isStream = described.type === 'text/event-stream';
  const body: unknown = isStream ? await firstMessage(answer) : await answer.json();
  // Members that the schema does not know are lost in its result.
  expect(described.schema.parse(body)).to.deep.equal(body);
  // A list without items would show nothing of what they are.
  if (/^(list|trpcList)/.test(operation.id)) expect(JSON.stringify(body)).to.match(/^[^[]*\[\{/);
}

/** The data of the first message of an event stream that has any. */
async function firstMessage(answer: Response): Promise<unknown> {
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString();
    const data = /^data: (.*)\n\n/m.exec(text)?.[1];
    if (data !== undefined) return JSON.parse(data);
  }
  throw new Error(`the stream ended after ${text}`);
}

/** The declaration of a route. */
export function routeOf(groups: readonly RouteGroup[], id: string): Route {
  const found = groups.flatMap(({ routes }) => routes).find((route) => route.id === id);
  if (found === undefined) throw new Error(`there is no route ${id}`);
  return found;
}

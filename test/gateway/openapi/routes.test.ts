import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { OpenApiDocument } from '../../../gateway/openapi/openapi-shape.ts';
import { examplePath } from '../../../gateway/openapi/path-parameters.ts';
import { getJson } from '../../support/http.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { normalised, RecordedRoutes } from './recorded-routes.ts';

describe('The description of the API', () => {
  let gateway: TestGateway;
  let routes: string[];
  let document: OpenApiDocument;

  before(async () => {
    const recorded = new RecordedRoutes();
    gateway = await TestGateway.open();
    recorded.end();
    routes = recorded.list();
    document = (await getJson(`${gateway.origin}/openapi.json`)).body;
  });
  after(() => gateway.close());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    );

  it('knows every route of the gateway', () => {
    const described = new Set(operations().map(({ method, path }) => `${method} ${normalised(path)}`));
    const isDescribed = (route: string): boolean => {
      const [method = '', path = ''] = route.split(' ');
      if (method === '_all') return [...described].some((other) => other.endsWith(` ${path}`));
      if (method === 'below') return [...described].some((other) => other.includes(` ${path}`));
      return described.has(route);
    };
    expect(routes).to.include.members(['get /api/cameras/{}', 'post /api/cameras/connect', 'get /hls/{}/{}']);
    expect(routes).to.include.members(['below /trpc', '_all /whep/{}/{}']);
    expect(routes.filter((route) => !isDescribed(route))).to.deep.equal([]);
  });

  it('speaks of no route that there is not', async () => {
    const unknown: string[] = [];
    for (const { method, path, operation } of operations()) {
      if (operation['x-websocket'] !== undefined) continue;
      const answer = await fetch(`${gateway.origin}${examplePath(path)}`, { method: method.toUpperCase() });
      const isProblem = answer.headers.get('content-type')?.includes('problem+json');
      const { detail = '' } = isProblem ? ((await answer.json()) as { detail?: string }) : {};
      if (!isProblem) await answer.body?.cancel();
      if (detail.startsWith('No route') || detail.includes('No procedure')) unknown.push(`${method} ${path}`);
    }
    expect(unknown).to.deep.equal([]);
    expect((await getJson(`${gateway.origin}/api/nowhere`)).body.detail).to.match(/^No route/);
  });

  it('speaks of no WebSocket that there is not', async () => {
    const sockets = operations().filter(({ operation }) => operation['x-websocket'] !== undefined);
    expect(sockets.map(({ path }) => path)).to.have.members([
      '/ws',
      '/ws/webrtc/{sessionId}',
      '/ws/mse/{cameraId}',
    ]);
    for (const path of [...sockets.map((socket) => examplePath(socket.path)), '/ws/nowhere']) {
      const isThere = !(await refusalOf(`${gateway.origin}${path}`)).includes('no WebSocket at this path');
      expect(isThere, path).to.equal(path !== '/ws/nowhere');
    }
  });

  it('says who may do what, as the gate does', () => {
    const roles = Object.fromEntries(
      operations().map(({ operation }) => [operation.operationId, operation['x-role']]),
    );
    expect(roles).to.include({ getLiveness: 'anyone', signIn: 'anyone' });
    expect(roles).to.include({
      listCameras: 'viewer',
      openFrameSocket: 'viewer',
      createWhepSession: 'viewer',
    });
    expect(roles).to.include({ createCamera: 'admin', exportCameras: 'admin', retryDelivery: 'admin' });
  });

  it('refers to nothing that it does not hold, and names each operation once', () => {
    const text = JSON.stringify(document);
    for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = reference
        .split('/')
        .reduce<unknown>((part, name) => Reflect.get(Object(part), name), document);
      expect(found, reference).to.be.an('object');
    }
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    const tags = document.tags.map(({ name }) => name);
    for (const { operation } of operations()) expect(tags).to.include.members(operation.tags);
  });

  it('holds behind any path prefix: its server is relative to it', () => {
    expect(document.servers).to.deep.equal([
      { url: '.', description: 'The gateway that serves this document' },
    ]);
    expect(document.openapi).to.equal('3.1.0');
  });
});

/** What an upgrade is refused with; nothing where it is not. */
async function refusalOf(url: string): Promise<string> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'));
  try {
    const refused = once(socket, 'unexpected-response').then(async ([, response]) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    });
    socket.on('error', () => {});
    return await Promise.race([refused, once(socket, 'open').then(() => '')]);
  } finally {
    socket.terminate();
  }
}

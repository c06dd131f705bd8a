import { createServer, type RequestListener, type Server } from 'node:http';
import { expect } from 'chai';
import { ProbeError, probeLiveness, probeReadiness } from '../../../gateway/supervisor/probes.ts';
import { listening, portOf, stop } from '../../support/serve.ts';

const ALIVE = { status: 'alive', instance: 'nonce', epoch: 1, rss: 1 };
const GENEROUS_MS = 10_000;

describe('probes', () => {
  let server: Server;
  let connections = 0;

  afterEach(() => {
    stop(server);
  });

  async function target(listener: RequestListener) {
    connections = 0;
    server = createServer(listener);
    server.on('connection', () => {
      connections += 1;
    });
    await listening(server);
    return { port: portOf(server), token: 'secret-token', instance: 'nonce' };
  }

  async function failure(probe: Promise<unknown>): Promise<Error> {
    return probe.then(
      () => new Error('the probe succeeded'),
      (error: Error) => error,
    );
  }

  it('returns the health answer of the worker', async () => {
    const worker = await target((_request, response) => void response.end(JSON.stringify(ALIVE)));
    expect(await probeLiveness(worker, GENEROUS_MS)).to.deep.equal(ALIVE);
  });

  it('carries the token', async () => {
    const worker = await target((request, response) => {
      response.statusCode = request.headers['x-worker-token'] === 'secret-token' ? 200 : 401;
      response.end(JSON.stringify(ALIVE));
    });
    await probeReadiness(worker, GENEROUS_MS);
  });

  it('makes a connection of its own each time', async () => {
    const worker = await target((_request, response) => void response.end(JSON.stringify(ALIVE)));
    for (let count = 0; count < 3; count += 1) await probeLiveness(worker, GENEROUS_MS);
    expect(connections).to.equal(3);
  });

  it('F9: does not believe another process', async () => {
    const stranger = { ...ALIVE, instance: 'other' };
    const worker = await target((_request, response) => void response.end(JSON.stringify(stranger)));
    const error = await failure(probeLiveness(worker, GENEROUS_MS));
    expect(error)
      .to.be.instanceOf(ProbeError)
      .with.property('message', 'another process answers on the port');
  });

  it('does not believe an answer of another kind', async () => {
    const worker = await target((_request, response) => void response.end('{"status":"ok"}'));
    expect(await failure(probeLiveness(worker, GENEROUS_MS))).to.be.instanceOf(ProbeError);
  });

  it('takes a refusal for one', async () => {
    const worker = await target((_request, response) => {
      response.statusCode = 503;
      response.end('{}');
    });
    expect(await failure(probeReadiness(worker, GENEROUS_MS))).to.be.instanceOf(ProbeError);
  });

  it('follows no redirect', async () => {
    let followed = false;
    const worker = await target((request, response) => {
      followed ||= request.url === '/elsewhere';
      response.writeHead(302, { location: '/elsewhere' });
      response.end(JSON.stringify(ALIVE));
    });
    await failure(probeReadiness(worker, GENEROUS_MS));
    expect(followed).to.equal(false);
  });

  it('gives up on a worker that is silent, and on one that never ends its answer', async () => {
    const silent = await target(() => {});
    expect(await failure(probeLiveness(silent, 100))).to.have.property('message', '/livez timed out');
    stop(server);
    const dripping = await target((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await failure(probeLiveness(dripping, 200))).to.have.property('message', '/livez timed out');
  });

  it('ends immediately when it is aborted', async () => {
    const worker = await target(() => {});
    const off = new AbortController();
    server.on('request', () => off.abort());
    expect(await failure(probeLiveness(worker, 600_000, off.signal))).to.be.instanceOf(ProbeError);
  });

  it('gives the reason without the token, and never as a TypeError, which p-retry would not retry', async () => {
    const worker = await target(() => {});
    server.close();
    const error = await failure(probeLiveness({ ...worker, port: 1 }, GENEROUS_MS));
    expect(error).to.be.instanceOf(ProbeError).with.property('message', '/livez ECONNREFUSED');
    expect(error).not.to.be.instanceOf(TypeError);
    expect(error.cause).to.equal(undefined);
  });
});

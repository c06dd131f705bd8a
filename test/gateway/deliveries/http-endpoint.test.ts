import type { ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { deliveryBody } from '../../../gateway/deliveries/delivery.ts';
import { type Answer, HttpEndpoint } from '../../../gateway/deliveries/http-endpoint.ts';
import { breakImport } from '../../support/broken-import.ts';
import { FastApiReceiver, sendJson } from '../../support/fastapi-receiver.ts';
import { freePort } from '../../support/free-port.ts';
import { nock, useNock } from '../../support/nock.ts';
import { listening, originOf } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { streamPayload } from './harness.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const BODY = deliveryBody(streamPayload('1'));

/** The connection stays open and its bytes are a test's to write. */
async function openRawServer(onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  await listening(server);
  return server;
}

const urlOf = (server: Server): string => originOf(server);

describe('The endpoint of deliveries', () => {
  useNock();

  let receiver: FastApiReceiver;
  const ends: (() => unknown)[] = [];

  beforeEach(async () => {
    receiver = await FastApiReceiver.open();
  });

  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await receiver.close();
  });

  function endpointFor(
    baseUrl: string,
    options: { webhookSecret?: string; timeoutMs?: number; attemptMs?: number } = {},
  ) {
    const endpoint = new HttpEndpoint({ baseUrl, ...options });
    ends.push(() => endpoint.close());
    return endpoint;
  }

  function post(
    endpoint: HttpEndpoint,
    { id = 'msg_1', body = BODY, signal = new AbortController().signal } = {},
  ): Promise<Answer> {
    return endpoint.post({ id, path: '/api/camera-stream', body, at: new Date() }, signal);
  }

  it('posts exactly the JSON of the contract, which a FastAPI model that forbids all else takes', async () => {
    const answer = await post(endpointFor(receiver.url));
    expect(answer).to.include({ kind: 'answered', status: 200, body: '{"status":"accepted"}', isCut: false });
    expect(receiver.received[0]?.text).to.equal(
      '{"camera_id":"1","camera_description":null,"stream_type":"rtsp",' +
        '"rtsp_url":"rtsp://admin:S3cr3tC4nary@192.0.2.1:554/1","video_url":null}',
    );
    expect(receiver.received[0]?.headers['content-type']).to.equal('application/json');
  });

  it('hands over what FastAPI says of a body that is not right', async () => {
    const answer = await post(endpointFor(receiver.url), { body: '{"camera_id":1}' });
    expect(answer).to.include({ kind: 'answered', status: 422 });
    expect((answer as { body: string }).body).to.include('{"loc":["body","rtsp_url"],"msg":"Field required"');
  });

  it('S22: carries an idempotency key, and signs when it has a secret', async () => {
    await post(endpointFor(receiver.url, { webhookSecret: SECRET }), { id: 'msg_7' });
    await post(endpointFor(receiver.url), { id: 'msg_8' });
    const [signed, unsigned] = receiver.received;
    expect(signed?.headers).to.include({ 'idempotency-key': 'msg_7', 'webhook-id': 'msg_7' });
    new Webhook(SECRET).verify(signed?.text as string, signed?.headers as Record<string, string>);
    expect(unsigned?.headers).to.include({ 'idempotency-key': 'msg_8', 'webhook-id': 'msg_8' });
    expect(unsigned?.headers).to.have.property('webhook-timestamp');
    expect(unsigned?.headers).not.to.have.property('webhook-signature');
  });

  it('keeps a path and credentials of APP_PY_URL', async () => {
    const scope = nock('http://analysis.example')
      .post('/v2/api/camera-stream')
      .basicAuth({ user: 'u', pass: 'p' })
      .reply(200);
    expect(await post(endpointFor('http://u:p@analysis.example/v2'))).to.include({ status: 200 });
    expect(scope.isDone()).to.equal(true);
  });

  it('F54, S22: follows no redirect', async () => {
    receiver.reply = (response) => sendJson(response, 307, {}, { location: `${receiver.url}/elsewhere` });
    expect(await post(endpointFor(receiver.url))).to.include({ kind: 'answered', status: 307 });
    expect(receiver.received).to.have.length(1);
  });

  it('hands over Retry-After', async () => {
    receiver.reply = (response) => sendJson(response, 429, {}, { 'retry-after': '30' });
    expect(await post(endpointFor(receiver.url))).to.include({ status: 429, retryAfter: '30' });
  });

  it('F55, S22: reads 2 KB of an endless answer and hangs up', async () => {
    let isHungUp = false;
    receiver.reply = (response) => {
      response.on('close', () => {
        isHungUp = true;
      });
      writeForEver(response);
    };
    const answer = await post(endpointFor(receiver.url));
    expect(answer).to.deep.equal({
      kind: 'answered',
      status: 200,
      retryAfter: undefined,
      body: 'x'.repeat(2048),
      isCut: true,
    });
    await waitFor(() => isHungUp);
  });

  it('reports why there was no response, without the credentials of the address', async () => {
    const port = await freePort();
    const answer = await post(endpointFor(`http://user:S3cr3tC4nary@127.0.0.1:${port}`));
    expect(answer.kind).to.equal('failed');
    expect(JSON.stringify(answer)).to.include('ECONNREFUSED').and.not.include('S3cr3tC4nary');
  });

  it('F55: gives up on a receiver that accepts and stays silent', async () => {
    const server = await openRawServer((socket) => socket.resume());
    ends.push(() => server.close());
    const answer = await post(endpointFor(urlOf(server), { timeoutMs: 50 }));
    expect(answer).to.have.property('kind', 'failed');
    expect((answer as { reason: string }).reason).to.include('ETIMEDOUT');
  });

  it('fails when the connection ends before there is a status', async () => {
    const server = await openRawServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 2')));
    ends.push(() => server.close());
    expect(await post(endpointFor(urlOf(server)))).to.have.property('kind', 'failed');
  });

  it('fails while its library cannot be loaded, and sends again after that', async () => {
    const mend = breakImport('got');
    ends.push(mend);
    const endpoint = endpointFor(receiver.url);
    expect(await post(endpoint)).to.deep.equal({ kind: 'failed', reason: 'got cannot be loaded' });
    mend();
    expect(await post(endpoint)).to.have.property('kind', 'answered');
  });

  it('F55: cuts off an answer that drips, however steadily', async () => {
    const server = await openRawServer((socket) => {
      socket.resume();
      socket.write('HTTP/1.1 200 OK\r\nX-Drip: ');
      const timer = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    ends.push(() => server.close());
    const answer = await post(endpointFor(urlOf(server), { timeoutMs: 60_000, attemptMs: 200 }));
    expect(answer).to.deep.equal({ kind: 'failed', reason: 'no answer within 0.2 s' });
  });

  it('F55: takes the status of an answer whose body drips on for ever', async () => {
    receiver.reply = (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(timer));
    };
    const answer = await post(endpointFor(receiver.url, { attemptMs: 1500 }));
    expect(answer).to.include({ kind: 'answered', status: 200, isCut: true });
  });

  it('distinguishes attempts that the gateway aborted', async () => {
    receiver.reply = () => {};
    const controller = new AbortController();
    const answer = post(endpointFor(receiver.url), { signal: controller.signal });
    await waitFor(() => receiver.received.length === 1);
    controller.abort();
    expect(await answer).to.deep.equal({ kind: 'aborted' });
    expect(await post(endpointFor(receiver.url), { signal: controller.signal })).to.deep.equal({
      kind: 'aborted',
    });
    expect(receiver.received).to.have.length(1);
  });
});

function writeForEver(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(1000)));
  };
  response.on('drain', more);
  more();
}

import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { postJson } from '../../support/http.ts';
import { waitFor } from '../../support/wait-for.ts';
import { frameAnswer, jpegOf, json, LocalMoondream, MoondreamHarness } from './harness.ts';

const SSE = 'text/event-stream';
const NDJSON = 'application/x-ndjson';

describe('Answers that come word by word', () => {
  let local: LocalMoondream;
  let harness: MoondreamHarness;

  beforeEach(async () => {
    local = await LocalMoondream.open();
    await open();
    harness.frame = frameAnswer({ sequence: 7 }, jpegOf(640, 360));
  });
  afterEach(async () => {
    await harness.close();
    local.close();
  });

  const open = async (timing: { timeoutMs?: number } = {}): Promise<void> => {
    harness = await MoondreamHarness.open({ apiUrl: local.url, apiKey: undefined, ...timing });
  };
  /** One that soon gives up on a Moondream that stays silent. */
  const reopen = async (): Promise<void> => {
    await harness.close();
    await open({ timeoutMs: 1000 });
  };

  const stream = (body: object = { question: 'Who?' }) =>
    fetch(`${harness.api}/query`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...body, stream: true }),
    });

  const DIALECTS = {
    'the words of the cloud’s documentation': [SSE, 'data: {"text":"A"}\n\n', 'data: {"text":" cat"}\n\n'],
    'the chunks of its clients': [
      SSE,
      'data: {"chunk":"A","completed":false,"request_id":"r"}\n\n',
      'data: {"completed":true,"chunk":""}\n\n',
    ],
    'the chunks and counts of Moondream Station': [
      `${SSE}; charset=utf-8`,
      'data: {"chunk": "A"}\n\n',
      'data: {"stats": {"tokens": 1}}\n\ndata: {"completed": true}\n\n',
    ],
    'lines of JSON': [NDJSON, '{"chunk":"A"}\n', '{"completed":true}\n'],
  } as const;
  for (const [name, [type, first, second]] of Object.entries(DIALECTS)) {
    it(`relays ${name} byte for byte, each as soon as it comes`, async () => {
      let upstream: ServerResponse | undefined;
      local.answer = (response) => {
        upstream = response;
        response.writeHead(200, { 'Content-Type': type }).write(first);
      };
      const response = await stream();
      expect(response.headers.get('content-type')).to.equal(type);
      expect(response.headers.get('cache-control')).to.include('no-transform');
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      // The second part is not sent before the first has been read here.
      expect(textOf(await reader.read())).to.equal(first);
      upstream?.end(second);
      expect(textOf(await reader.read())).to.equal(second);
      expect((await reader.read()).done).to.equal(true);
    });
  }

  it('sends the frame first, as a named event and in headers', async () => {
    local.answer = (response) =>
      response.writeHead(200, { 'Content-Type': SSE }).end('data: {"text":"A"}\n\n');
    const response = await stream({ cameraId: '1', question: 'Who?' });
    const [name, data, , ...rest] = (await response.text()).split('\n');
    expect(name).to.equal('event: frame');
    const { frame } = JSON.parse((data as string).replace('data: ', ''));
    expect(frame).to.include({ cameraId: '1', sequence: 7, width: 640, height: 360 });
    expect(rest.join('\n')).to.equal('data: {"text":"A"}\n\n');
    expect(response.headers.get('x-frame-sequence')).to.equal('7');
  });

  it('sends the frame as the first line of a stream of lines', async () => {
    local.answer = (response) => response.writeHead(200, { 'Content-Type': NDJSON }).end('{"chunk":"A"}\n');
    const lines = (await (await stream({ cameraId: '1', question: 'Who?' })).text()).trim().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).to.deep.equal([['frame'], ['chunk']]);
  });

  it('breaks off at Moondream when the client goes', async () => {
    local.answer = (response) =>
      response.writeHead(200, { 'Content-Type': SSE }).write('data: {"text":"A"}\n\n');
    const response = await stream();
    await response.body?.cancel();
    await waitFor(() => local.brokenOff === 1, { message: 'the request to Moondream to end' });
  });

  it('breaks off at Moondream when the client goes before there is an answer', async () => {
    local.answer = () => {};
    const gone = new AbortController();
    const asked = fetch(`${harness.api}/query`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"question":"Who?"}',
      signal: gone.signal,
    }).catch((error: Error) => error.name);
    await waitFor(() => local.requests.length === 1);
    gone.abort();
    expect(await asked).to.equal('AbortError');
    await waitFor(() => local.brokenOff === 1, { message: 'the request to Moondream to end' });
  });

  it('reports a stream that broke off in a last event, and never asks again', async () => {
    local.answer = (response) => {
      response.writeHead(200, { 'Content-Type': SSE }).write('data: {"text":"A"}\n\n');
      setImmediate(() => response.destroy());
    };
    const text = await (await stream()).text();
    expect(text).to.match(
      /^data: {"text":"A"}\n\n\n\nevent: error\ndata: {.*"code":"moondream-unreachable".*}\n\n$/,
    );
    expect(local.requests).to.have.length(1);
  });

  it('ends a stream that fell silent', async () => {
    await reopen();
    local.answer = (response) =>
      response.writeHead(200, { 'Content-Type': SSE }).write('data: {"text":"A"}\n\n');
    expect(await (await stream()).text()).to.include('"code":"moondream-timeout"');
    await waitFor(() => local.brokenOff === 1);
  });

  it('gives up on a Moondream that stays silent', async () => {
    await reopen();
    local.answer = () => {};
    const { status, body } = await postJson(`${harness.api}/query`, { question: 'Who?' });
    expect([status, body.code]).to.deep.equal([504, 'moondream-timeout']);
  });

  it('reports an error in place of a stream as any other', async () => {
    local.answer = (response) => json(response, 200, { error: 'Queue is full', status: 'rejected' });
    const response = await stream({ cameraId: '1', question: 'Who?' });
    expect([response.status, ((await response.json()) as { code: string }).code]).to.deep.equal([
      503,
      'moondream-busy',
    ]);
  });

  it('reports Moondream as unreachable when no server listens', async () => {
    local.close();
    const { status, body } = await postJson(`${harness.api}/query`, { question: 'Who?' });
    expect([status, body.code]).to.deep.equal([502, 'moondream-unreachable']);
  });
});

function textOf({ value }: { value?: Uint8Array | undefined }): string {
  return Buffer.from(value ?? []).toString();
}

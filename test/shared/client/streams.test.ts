import type { RequestListener, Server } from 'node:http';
import { expect } from 'chai';
import { GatewayClient, type GatewayError } from '#shared/client/client.ts';
import { readMessages } from '#shared/client/message-stream.ts';
import { originOf, serve, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { thrownBy } from './thrown-by.ts';

/** An answer whose body comes in these pieces. */
function answerOf(pieces: string[], type = 'text/event-stream'): Response {
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  return new Response(body, { headers: { 'Content-Type': type } });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('The client reads streams', () => {
  it('of events, however they are cut into pieces', async () => {
    const text =
      ': hello\n\nid: 7\nevent: start\ndata: {"a":\ndata: 1}\n\ndata:x\r\n\r\nid: 9\n\ndata: é\n\nretry: 5\n\n';
    const expected = [
      { event: 'start', id: '7', data: '{"a":\n1}' },
      { event: 'message', id: '7', data: 'x' },
      { event: 'message', id: '9', data: '' },
      { event: 'message', id: '9', data: 'é' },
    ];
    expect(await collect(readMessages(answerOf([text])))).to.deep.equal(expected);
    expect(await collect(readMessages(answerOf([...text])))).to.deep.equal(expected);
  });

  it('no longer than something comes', async () => {
    const silent = new Response(
      new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode('data: a\n\n')) }),
    );
    const messages: string[] = [];
    const read = async () => {
      for await (const { data } of readMessages(silent, 30)) messages.push(data);
    };
    expect(await thrownBy(read())).to.be.instanceOf(Error);
    expect(messages).to.deep.equal(['a']);
  });

  it('of lines of JSON', async () => {
    const answer = answerOf(['{"chunk":"a"}\n{"ch', 'unk":"b"}\n{"done":true}'], 'application/x-ndjson');
    const messages = await collect(readMessages(answer));
    expect(messages.map(({ data }) => data)).to.deep.equal([
      '{"chunk":"a"}',
      '{"chunk":"b"}',
      '{"done":true}',
    ]);
  });

  it('whole where the platform does not stream', async () => {
    const answer = { headers: new Headers(), body: null, text: async () => 'data: a\n\ndata: b\n\n' };
    const messages = await collect(readMessages(answer as unknown as Response));
    expect(messages.map(({ data }) => data)).to.deep.equal(['a', 'b']);
  });
});

describe('The client follows', () => {
  let server: Server | undefined;

  async function clientOf(listener: RequestListener): Promise<GatewayClient> {
    server = await serve(listener);
    return new GatewayClient({ baseUrl: originOf(server) });
  }

  afterEach(() => {
    if (server !== undefined) stop(server);
  });

  it('events over a lost connection, from where it was', async () => {
    const asked: unknown[] = [];
    const client = await clientOf((req, res) => {
      asked.push(/lastEventId=(\d+)/.exec(req.url ?? '')?.[1]);
      const id = asked.length;
      res.setHeader('Content-Type', 'text/event-stream');
      res.write(`id: ${id}\nevent: start\ndata: {"id":"e${id}","cameraId":"1"}\n\n`, () => res.destroy());
    });
    const ids: string[] = [];
    for await (const { type, event } of client.events.follow({ cameraId: '1' })) {
      ids.push(`${type} ${event.id}`);
      if (ids.length === 2) break;
    }
    expect(ids).to.deep.equal(['start e1', 'start e2']);
    expect(asked).to.deep.equal([undefined, '1']);
  });

  it('events from where it was, though it was cut off before the first', async () => {
    const asked: unknown[] = [];
    const client = await clientOf((req, res) => {
      asked.push(/lastEventId=(\d+)/.exec(req.url ?? '')?.[1]);
      res.setHeader('Content-Type', 'text/event-stream');
      if (asked.length === 1) res.write('retry: 2000\nid: 41\n\n', () => res.destroy());
      else res.write('id: 42\nevent: end\ndata: {"id":"e","cameraId":"1"}\n\n');
    });
    for await (const { type } of client.events.follow()) {
      expect(type).to.equal('end');
      break;
    }
    expect(asked).to.deep.equal([undefined, '41']);
  });

  it('no events when it is refused, with the reason', async () => {
    const client = await clientOf((_req, res) => {
      res.writeHead(401, { 'Content-Type': 'application/problem+json' });
      res.end('{"error":"Sign in","code":"unauthorized"}');
    });
    const error = (await thrownBy(client.events.follow().next())) as GatewayError;
    expect(error).to.include({ code: 'unauthorized', status: 401 });
  });

  it('no events where fetch would wait for the end of what has none', async () => {
    Object.defineProperty(navigator, 'product', { value: 'ReactNative', configurable: true });
    try {
      const client = new GatewayClient({ baseUrl: 'http://gateway.test' });
      expect(await thrownBy(client.events.follow().next())).to.include({ code: 'no-streaming-fetch' });
    } finally {
      Reflect.deleteProperty(navigator, 'product');
    }
  });

  it("the text of both of Moondream's dialects", async () => {
    const client = await clientOf((_req, res) => {
      res.setHeader('Content-Type', 'text/event-stream');
      res.end(
        'data: {"frame":{"cameraId":"1"}}\n\ndata: {"chunk":"a "}\n\ndata: {"text":"cat"}\n\ndata: {"completed":true,"chunk":""}\n\ndata: [DONE]\n\n',
      );
    });
    const pieces = await collect(client.moondream.stream('query', { cameraId: '1', question: 'What?' }));
    expect(pieces.map(({ text }) => text)).to.deep.equal(['', 'a ', 'cat', '']);
    expect(pieces[0]?.data).to.deep.equal({ frame: { cameraId: '1' } });
  });

  it('Moondream to its failure in the middle of an answer', async () => {
    const client = await clientOf((_req, res) => {
      res.setHeader('Content-Type', 'text/event-stream');
      res.end(
        'data: {"chunk":"a "}\n\ndata: {"error":"Queue is full","code":"moondream-busy","status":503}\n\n',
      );
    });
    const pieces: string[] = [];
    const read = async () => {
      for await (const { text } of client.moondream.stream('caption', { cameraId: '1' })) pieces.push(text);
    };
    expect(await thrownBy(read())).to.include({ code: 'moondream-busy', message: 'Queue is full' });
    expect(pieces).to.deep.equal(['a ']);
  });

  it('Moondream no longer than the reader wants, which ends it upstream', async () => {
    let isOver = false;
    const client = await clientOf((_req, res) => {
      res.setHeader('Content-Type', 'text/event-stream');
      res.write('data: {"chunk":"a"}\n\n');
      res.on('close', () => {
        isOver = true;
      });
    });
    for await (const { text } of client.moondream.stream('caption', { cameraId: '1' })) {
      expect(text).to.equal('a');
      break;
    }
    await waitFor(() => isOver);
  });
});

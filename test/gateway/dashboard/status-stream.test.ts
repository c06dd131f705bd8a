import type { Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { readMessages } from '#shared/client/message-stream.ts';
import { problemHandler } from '#shared/http/problem.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import type { StatusSections } from '../../../gateway/dashboard/status-sections.ts';
import { StatusStream, type StatusStreamOptions } from '../../../gateway/dashboard/status-stream.ts';
import { mounted } from '../../support/mounted.ts';
import { portOf, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

/** No look comes by itself within a test, unless it asks for it. */
const NEVER_MS = 600_000;

/** One client of the stream. */
class Listener {
  readonly messages: { event: string; data: Record<string, unknown> }[] = [];
  readonly response: Response;
  readonly #ending: AbortController;

  private constructor(response: Response, ending: AbortController) {
    this.response = response;
    this.#ending = ending;
  }

  static async open(url: string): Promise<Listener> {
    const ending = new AbortController();
    const listener = new Listener(await fetch(url, { signal: ending.signal }), ending);
    if (listener.response.ok) listener.#read().catch(() => {});
    return listener;
  }

  close(): void {
    this.#ending.abort();
  }

  async #read(): Promise<void> {
    for await (const { event, data } of readMessages(this.response))
      this.messages.push({ event, data: JSON.parse(data) as Record<string, unknown> });
  }
}

describe('The status stream', () => {
  let state: StatusSections;
  let reads: number;
  let isBroken: boolean;
  let news: Set<() => void>;
  let lines: string[];
  let stream: StatusStream;
  let server: Server;
  let listeners: Listener[];

  beforeEach(() => {
    state = { ids: [], cameras: {}, statuses: {}, workers: [], gateway: { state: 'ok' }, services: {} };
    [reads, isBroken, news, lines, listeners] = [0, false, new Set(), [], []];
  });
  afterEach(() => {
    for (const listener of listeners) listener.close();
    stream.close();
    stop(server);
  });

  function start(options: Partial<StatusStreamOptions> = {}): void {
    const redactor = new Redactor();
    const log = createLogger({
      name: 'gateway',
      level: 'warn',
      redactor,
      write: (line) => void lines.push(line),
    });
    stream = new StatusStream({
      read: async () => {
        reads += 1;
        if (isBroken) throw new Error('the state is unreadable');
        return state;
      },
      onChange: (listener) => {
        news.add(listener);
        return () => news.delete(listener);
      },
      log,
      everyMs: NEVER_MS,
      tickMs: NEVER_MS,
      ...options,
    });
    const app = express();
    app.use(mounted(stream.routes()));
    app.use(problemHandler({ log, redactor }));
    server = app.listen(0, '127.0.0.1');
  }

  async function listen(): Promise<Listener> {
    await waitFor(() => server.listening);
    const port = portOf(server);
    const listener = await Listener.open(`http://127.0.0.1:${port}/api/status/stream`);
    listeners.push(listener);
    return listener;
  }
  const tellNews = (): void => {
    for (const listener of news) listener();
  };

  it('sends the whole state first, then changes', async () => {
    start();
    const listener = await listen();
    expect(listener.response.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    expect(listener.response.headers.get('cache-control')).to.include('no-transform');
    await waitFor(() => listener.messages.length === 1);
    state = { ...state, gateway: { state: 'degraded' } };
    tellNews();
    await waitFor(() => listener.messages.length === 2);
    expect(listener.messages[0]).to.have.property('event', 'state');
    expect(listener.messages[0]?.data).to.deep.include({ ids: [], gateway: { state: 'ok' } });
    expect(listener.messages[1]?.event).to.equal('change');
    expect(Object.keys(listener.messages[1]?.data ?? {})).to.deep.equal(['now', 'gateway']);
  });

  it('reads by itself while a client listens, and sends nothing without a change', async () => {
    start({ everyMs: 5 });
    const listener = await listen();
    await waitFor(() => reads > 3);
    state = { ...state, ids: ['1'] };
    await waitFor(() => listener.messages.some(({ event }) => event === 'change'));
    expect(listener.messages.map(({ event }) => event)).to.deep.equal(['state', 'change']);
  });

  it('reads once for all who listen', async () => {
    start();
    const first = await listen();
    await waitFor(() => first.messages.length === 1);
    const others = [await listen(), await listen()];
    await waitFor(() => others.every(({ messages }) => messages[0]?.event === 'state'));
    expect(reads).to.equal(1);
    state = { ...state, ids: ['1'] };
    tellNews();
    await waitFor(() => [first, ...others].every(({ messages }) => messages.length === 2));
    expect(reads).to.equal(2);
  });

  it('pauses without listeners, and starts again with the current state', async () => {
    start({ everyMs: 5 });
    const first = await listen();
    await waitFor(() => first.messages.length === 1);
    first.close();
    await waitFor(() => stream.listeners === 0);
    expect(news.size).to.equal(0);
    state = { ...state, ids: ['later'] };
    const second = await listen();
    await waitFor(() => second.messages.length > 0);
    expect(second.messages[0]?.data.ids).to.deep.equal(['later']);
  });

  it('keeps quiet connections open by comments', async () => {
    start({ heartbeatMs: 5 });
    await waitFor(() => server.listening);
    const port = portOf(server);
    const response = await fetch(`http://127.0.0.1:${port}/api/status/stream`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    await waitFor(async () => {
      text += (await reader?.read())?.value ?? '';
      return text.split('\n:\n').length > 2;
    });
    await reader?.cancel();
  });

  it('goes on after a state that could not be read', async () => {
    start({ everyMs: 5 });
    isBroken = true;
    const listener = await listen();
    await waitFor(() => lines.some((line) => line.includes('the state is unreadable')));
    isBroken = false;
    await waitFor(() => listener.messages.length === 1);
  });

  it('refuses more listeners than it may have', async () => {
    start({ maxListeners: 1 });
    await listen();
    const { response } = await listen();
    expect([response.status, ((await response.json()) as { code: string }).code]).to.deep.equal([
      429,
      'too-many-requests',
    ]);
    expect(response.headers.get('retry-after')).to.equal('5');
  });

  it('ends with the gateway', async () => {
    start();
    const listener = await listen();
    await waitFor(() => listener.messages.length === 1);
    stream.close();
    await waitFor(() => stream.listeners === 0);
  });
});

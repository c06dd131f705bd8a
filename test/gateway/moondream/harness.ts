/** The Moondream routes over real HTTP, with cameras that a test plays. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import express from 'express';
import { AppError } from '#shared/errors.ts';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraFrames } from '../../../gateway/models/camera-frames.ts';
import type { DailyLedger } from '../../../gateway/models/daily-cap.ts';
import {
  createMoondream,
  type Moondream,
  type MoondreamOptions,
} from '../../../gateway/moondream/moondream.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { type Answer, WorkerDouble } from '../../doubles/worker-double.ts';
import { mounted } from '../../support/mounted.ts';
import { nock } from '../../support/nock.ts';
import { routingTo } from '../../support/routing.ts';
import { bodyOf, listening, originOf, serve, stop } from '../../support/serve.ts';

/** The key of these tests: it may appear nowhere but in a request to Moondream. */
export const KEY = 'S3cr3tC4nary';

/** The cloud, as nock plays it; its answers tell their length, as those of the real one do. */
export function cloudApi(options: nock.Options = {}): nock.Scope {
  return nock('https://api.moondream.ai', options).replyContentLength();
}

/** The head of a JPEG, which is all that is read of one here. */
export function jpegOf(width: number, height: number, filling = 0): Buffer {
  const app0 = Buffer.from([0xff, 0xe0, 0, 4, 0, 0]);
  const tables = Buffer.from([0xff, 0xc4, 0, 3, 0]);
  const frame = Buffer.from([
    0xff,
    0xc0,
    0,
    11,
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    1,
    0,
    0,
    0,
  ]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), app0, tables, frame, Buffer.alloc(8, filling)]);
}

/** A worker's answer to a question for its newest frame. */
export function frameAnswer(
  facts: { sequence: number; timestamp?: number; ageMs?: number },
  jpeg: Buffer,
): Answer {
  return (_request, response) => {
    response.writeHead(200, {
      'Content-Type': 'image/jpeg',
      'X-Frame-Sequence': facts.sequence,
      'X-Frame-Timestamp': facts.timestamp ?? 1_790_000_000.25,
      'X-Frame-Age-Ms': facts.ageMs ?? 40,
    });
    response.end(jpeg);
  };
}

/** A ledger in memory, which a test takes away. */
export class LedgerDouble implements DailyLedger {
  readonly days = new Map<number, number>();
  isAway = false;

  async add(day: number, count: number, max: number): Promise<number | undefined> {
    const asked = (await this.asked(day)) + count;
    if (asked > max) return undefined;
    this.days.set(day, asked);
    return asked;
  }

  async asked(day: number): Promise<number> {
    if (this.isAway) throw new AppError('storage-unavailable', 'away');
    return this.days.get(day) ?? 0;
  }
}

/** Everything behind `/api/moondream`. */
export class MoondreamHarness {
  readonly worker: WorkerDouble;
  readonly moondream: Moondream;
  /** Lines it logged. */
  readonly lines: string[];
  readonly #server: Server;

  private constructor(worker: WorkerDouble, moondream: Moondream, server: Server, lines: string[]) {
    this.worker = worker;
    this.moondream = moondream;
    this.#server = server;
    this.lines = lines;
  }

  /** Opens one; camera `1` is known, no other. */
  static async open(options: Partial<MoondreamOptions> = {}): Promise<MoondreamHarness> {
    const worker = await WorkerDouble.open();
    const pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', worker);
    const lines: string[] = [];
    const redactor = new Redactor();
    const log = createLogger({
      name: 'test',
      level: 'trace',
      redactor,
      write: (line) => void lines.push(line),
    });
    const moondream = createMoondream({
      apiUrl: undefined,
      apiKey: KEY,
      model: undefined,
      timeoutMs: 5000,
      ratePerSecond: 1000,
      dailyMax: 0,
      ledger: new LedgerDouble(),
      frames: new CameraFrames(routingTo(pool)),
      redactor,
      ...options,
    });
    const app = express();
    app.use(mounted(moondream.routes));
    app.use(notFound);
    app.use(problemHandler({ log, redactor }));
    const server = await serve(app);
    return new MoondreamHarness(worker, moondream, server, lines);
  }

  /** Base of the routes. */
  get api(): string {
    return `${originOf(this.#server)}/api/moondream`;
  }

  /** What the worker answers when it is asked for a frame of camera 1. */
  set frame(answer: Answer) {
    this.worker.answers.set('GET /api/cameras/1/frame', answer);
  }

  async close(): Promise<void> {
    stop(this.#server);
    await this.worker.close();
  }
}

/** A Moondream server of one's own, as a test plays it. */
export class LocalMoondream {
  /** Requests so far: their path, headers and body as JSON. */
  readonly requests: { path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> }[] =
    [];
  /** Connections that ended before their answer did. */
  brokenOff = 0;
  answer: (response: ServerResponse) => void = (response) => json(response, 200, { answer: 'Yes' });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async open(): Promise<LocalMoondream> {
    const double = new LocalMoondream();
    await listening(double.#server);
    return double;
  }

  get url(): string {
    return `${originOf(this.#server)}/v1`;
  }

  close(): void {
    stop(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    if (text === undefined) return;
    response.once('close', () => {
      if (!response.writableFinished) this.brokenOff += 1;
    });
    const body = JSON.parse(text);
    this.requests.push({ path: request.url ?? '', headers: request.headers, body });
    this.answer(response);
  }
}

/** Answers JSON. */
export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

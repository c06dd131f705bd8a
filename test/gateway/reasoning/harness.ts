/** Everything behind `/api/reason`, over real HTTP, with cameras and model servers that a test plays. */
import type { Server } from 'node:http';
import express from 'express';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraFrames } from '../../../gateway/models/camera-frames.ts';
import { DailyRepository } from '../../../gateway/models/daily-repository.ts';
import { createMoondream } from '../../../gateway/moondream/moondream.ts';
import {
  createReasoning,
  type Reasoning,
  type ReasoningOptions,
} from '../../../gateway/reasoning/reasoning.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
import { getJson, type JsonAnswer, postJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { routingTo } from '../../support/routing.ts';
import { originOf, serve, stop } from '../../support/serve.ts';
import { frameAnswer, jpegOf } from '../moondream/harness.ts';

export const TAKEN = 1_790_000_000.25;

export interface ReasonHarnessOptions {
  /** URL of a Moondream server; absent: none is set up. */
  moondreamUrl?: string;
  vlm?: Partial<ReasoningOptions['perception']['vlm']>;
  preferred?: ReasoningOptions['perception']['reasoning']['provider'];
  history?: ReasoningOptions['perception']['reasoning']['history'];
  digest?: ReasoningOptions['perception']['reasoning']['digest'];
  deliveries?: ReasoningOptions['deliveries'];
}

const NO_DELIVERIES = {} as ReasoningOptions['deliveries'];

/** One gateway's reasoning; cameras `1` and `2` are known. */
export class ReasonHarness {
  readonly worker: WorkerDouble;
  readonly reasoning: Reasoning;
  /** Lines it logged. */
  readonly lines: string[];
  /** How many pictures cameras have given. */
  sequence = 0;
  readonly #server: Server;

  private constructor(worker: WorkerDouble, reasoning: Reasoning, server: Server, lines: string[]) {
    this.worker = worker;
    this.reasoning = reasoning;
    this.#server = server;
    this.lines = lines;
  }

  static async open(store: Store, options: ReasonHarnessOptions = {}): Promise<ReasonHarness> {
    const { moondreamUrl, vlm, preferred = 'auto', digest, deliveries = NO_DELIVERIES } = options;
    const { history = { days: 30, maxAnswers: 1000, maxBytes: 1_000_000 } } = options;
    const worker = await WorkerDouble.open();
    const pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', worker);
    const routing = routingTo(pool, { ids: ['1', '2'] });
    const redactor = new Redactor();
    const lines: string[] = [];
    const log = createLogger({
      name: 'test',
      level: 'trace',
      redactor,
      write: (line) => void lines.push(line),
    });
    const frames = new CameraFrames(routing);
    const settings = { apiUrl: moondreamUrl, apiKey: undefined, model: undefined };
    const limits = { timeoutMs: 5000, ratePerSecond: 1000, dailyMax: 0 };
    const budget = { total: 600, perCamera: 120 };
    const ledger = new DailyRepository(store, 'moondream');
    const moondream = createMoondream({ ...settings, ...limits, frames, ledger, redactor });
    const reasoning = createReasoning({
      ...{ store, moondream, frames, deliveries, redactor, log },
      nameOf: (id) => `Camera ${id}`,
      secretBox: createSecretBox(Buffer.alloc(32, 7)),
      perception: {
        moondream: { ...settings, ...limits, budget },
        vlm: { url: undefined, apiKey: undefined, model: undefined, ...limits, ...vlm },
        reasoning: { provider: preferred, history, digest },
      },
      cameras: () => ['1', '2'],
      everyMs: 20,
    });
    reasoning.start();
    const app = express();
    app.use(mounted(reasoning.routes));
    app.use(notFound);
    app.use(problemHandler({ log, redactor }));
    const harness = new ReasonHarness(worker, reasoning, await serve(app), lines);
    harness.moves('1');
    harness.moves('2');
    return harness;
  }

  /** Base of the routes. */
  get api(): string {
    return `${originOf(this.#server)}/api/reason`;
  }

  get origin(): string {
    return originOf(this.#server);
  }

  /** Every look at this camera shows another picture. */
  moves(cameraId: string): void {
    this.worker.answers.set(`GET /api/cameras/${cameraId}/frame`, (request, response) => {
      this.sequence += 1;
      frameAnswer({ sequence: this.sequence, timestamp: TAKEN }, jpegOf(1280, 720, this.sequence))(
        request,
        response,
      );
    });
  }

  /** The worker keeps the last seconds of a camera. */
  keeps(cameraId: string, seconds: number): void {
    this.worker.answers.set(`GET /internal/recording/${cameraId}/picture`, (request, response) => {
      const at = Number(new URL(request.url ?? '', this.origin).searchParams.get('at')) / 1000;
      const answer =
        TAKEN - at > seconds
          ? refuseWith(404, { code: 'not-found', status: 404, detail: 'Nothing is kept' })
          : frameAnswer({ sequence: 5 * 2 ** 29, timestamp: at }, jpegOf(1280, 720));
      answer(request, response);
    });
  }

  /** The camera shows the same picture again and again. */
  stands(cameraId: string): void {
    const answer = frameAnswer({ sequence: 5, timestamp: TAKEN }, jpegOf(640, 360));
    this.worker.answers.set(`GET /api/cameras/${cameraId}/frame`, answer);
  }

  ask(body: object, kind = 'ask'): Promise<JsonAnswer> {
    const isPlace = kind === 'find' || kind === 'point' || kind === 'count';
    const words = kind === 'describe' ? {} : isPlace ? { object: 'cat' } : { question: 'Is the gate open?' };
    return postJson(`${this.api}/${kind}`, { cameraIds: ['1'], ...words, ...body });
  }

  get(path: string): Promise<JsonAnswer> {
    return getJson(`${this.api}/${path}`);
  }

  async close(): Promise<void> {
    stop(this.#server);
    await this.reasoning.close();
    await this.worker.close();
  }
}

import type { Server } from 'node:http';
import { expect } from 'chai';
import express, { type RequestHandler } from 'express';
import { AppError } from '#shared/errors.ts';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { getJson, postJson } from '../../support/http.ts';
import { originOf, serve, stop } from '../../support/serve.ts';

describe('problemHandler', () => {
  let server: Server;
  let origin: string;
  let lines: string[];
  let handle: RequestHandler;

  beforeEach(async () => {
    lines = [];
    const redactor = new Redactor();
    redactor.add('S3cr3tC4nary');
    const log = createLogger({
      name: 'test',
      level: 'info',
      redactor,
      write: (line) => void lines.push(line),
    });
    const app = express();
    app.all('/route', express.json({ limit: 100 }), (req, res, next) => handle(req, res, next));
    app.use(notFound);
    app.use(problemHandler({ log, redactor }));
    server = await serve(app);
    origin = originOf(server);
  });
  afterEach(() => {
    stop(server);
  });

  const throwing = (error: unknown): RequestHandler => {
    return () => {
      throw error;
    };
  };

  it('answers an error of ours as it is, without any secret, and does not log it', async () => {
    handle = throwing(
      new AppError('worker-not-ready', 'no S3cr3tC4nary', { retryAfter: 0.2, extra: { state: 'x' } }),
    );
    const { status, headers, body } = await getJson(`${origin}/route`);
    expect([status, headers.get('retry-after'), headers.get('cache-control')]).to.deep.equal([
      503,
      '1',
      'no-store',
    ]);
    expect(headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(body).to.include({ error: 'no ***', code: 'worker-not-ready', state: 'x' });
    expect(lines).to.deep.equal([]);
  });

  for (const thrown of [new TypeError('undefined is not S3cr3tC4nary'), 'a string']) {
    it(`S23: answers 500 for ${String(thrown)} thrown by mistake, with details in the log only`, async () => {
      handle = throwing(thrown);
      const { status, body } = await getJson(`${origin}/route`);
      expect([status, body.code]).to.deep.equal([500, 'internal-error']);
      expect(JSON.stringify(body)).to.not.match(/undefined|string|\.ts/);
      expect(lines).to.have.length(1);
      expect(lines[0]).to.not.include('S3cr3tC4nary');
    });
  }

  it('aborts a response that has begun, since its status cannot change any more', async () => {
    handle = (_req, res) => {
      res.write('half');
      throw new AppError('worker-failed', 'late');
    };
    const failure = await fetch(`${origin}/route`)
      .then((response) => response.text())
      .catch((error: Error) => error);
    expect(failure).to.be.an('error');
  });

  it('answers what no route matched, and bodies that cannot be read', async () => {
    handle = (_req, res) => void res.end();
    const codes = [
      (await getJson(`${origin}/nowhere`)).body.code,
      (await postJson(`${origin}/route`, '{')).body.code,
      (await postJson(`${origin}/route`, { long: 'x'.repeat(200) })).body.code,
    ];
    expect(codes).to.deep.equal(['not-found', 'invalid-json', 'body-too-large']);
  });
});

import { expect } from 'chai';
import express from 'express';
import { AppError } from '#shared/errors.ts';
import { problemHandler } from '#shared/http/problem.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { probeRoutes } from '../../../../workers/rtsp/routes/probe-routes.ts';
import { postJson } from '../../../support/http.ts';
import { originOf, serve, stop } from '../../../support/serve.ts';

const FACTS = { codec: 'vp9', width: 640, height: 480, durationMs: null };

describe('POST /internal/probe', () => {
  const asked: string[] = [];
  let url: string;
  let close: () => void;

  before(async () => {
    const probe = async (file: string) => {
      asked.push(file);
      if (file.endsWith('.txt')) throw new AppError('not-a-video', 'no video');
      return FACTS;
    };
    const redactor = new Redactor();
    const app = express();
    app.use('/internal', probeRoutes({ probe }));
    app.use(problemHandler({ redactor, log: createLogger({ name: 'test', level: 'silent', redactor }) }));
    const server = await serve(app);
    url = `${originOf(server)}/internal/probe`;
    close = () => {
      stop(server);
    };
  });

  after(() => close());

  it('tells what a file holds', async () => {
    const { status, body } = await postJson(url, { file: '/data/clip.webm' });
    expect([status, body]).to.deep.equal([200, FACTS]);
    expect(asked).to.deep.equal(['/data/clip.webm']);
  });

  it('says by its code that a file is no video', async () => {
    const { status, body } = await postJson(url, { file: '/data/notes.txt' });
    expect([status, body.code]).to.deep.equal([415, 'not-a-video']);
  });

  it('takes nothing but the absolute path of a file', async () => {
    for (const file of [undefined, '', 7, 'clip.mp4', 'http://192.0.2.1/clip.mp4', 'concat:/a|/b']) {
      const { status, body } = await postJson(url, { file });
      expect([status, body.field], String(file)).to.deep.equal([400, 'file']);
    }
  });
});

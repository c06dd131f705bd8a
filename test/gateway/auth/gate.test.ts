import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { expect } from 'chai';
import express, { type Response as Answer } from 'express';
import { Authenticator } from '../../../gateway/auth/authenticator.ts';
import { Gate } from '../../../gateway/auth/gate.ts';
import { hashOf, newKeyText } from '../../../gateway/auth/keys/key.ts';
import { loadAuthConfig } from '../../../gateway/config/auth.ts';
import { EVENT_STREAM_HEADERS } from '../../../gateway/http/event-stream.ts';
import { route } from '../../../gateway/http/route.ts';
import { tableOf } from '../../support/mounted.ts';
import { originOf, serve, stop } from '../../support/serve.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { bearer } from '../../support/visitor.ts';

const { id, text } = newKeyText();
const KEY = {
  id,
  name: 'x',
  cameras: undefined,
  expiresAt: undefined,
  createdAt: 0,
  hash: hashOf(text),
  digest: '',
};

describe('S3: the end of a key, during an answer to a POST', () => {
  const dataDir = temporaryFolder();
  let authenticator: Authenticator;
  let server: Server;
  let open: Answer[];

  beforeEach(async () => {
    open = [];
    authenticator = new Authenticator({
      config: loadAuthConfig({ API_TOKEN: 'admin-token-of-this-test' }),
      dataDir,
    });
    authenticator.keys.learn([{ ...KEY, scope: 'view' }]);
    const common = { method: 'post', access: 'viewer', summary: '' } as const;
    const table = tableOf([
      route({
        ...common,
        id: 'inPieces',
        path: '/in-pieces',
        handle: (_req, res) => void open.push(res.writeHead(200, EVENT_STREAM_HEADERS)),
      }),
      route({ ...common, id: 'whole', path: '/whole', handle: (_req, res) => void open.push(res) }),
    ]);
    const gate = new Gate(authenticator, table);
    server = await serve(
      express().use(
        gate.middleware(),
        table.router((_req, _res, next) => next()),
      ),
    );
  });
  afterEach(() => stop(server));
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  const post = (path: string) =>
    fetch(`${originOf(server)}${path}`, { method: 'POST', headers: bearer(text) });

  it('cuts off one that comes in pieces', async () => {
    const answer = post('/in-pieces');
    await answerBegun();
    open[0]?.write('data: 1\n\n');
    const { status, body } = await answer;
    authenticator.keys.learn([]);
    const end = await new Response(body).text().catch((error: unknown) => error);
    expect([status, end instanceof Error]).to.deep.equal([200, true]);
  });

  it('lets one that is short come whole: it may be what tells of the end', async () => {
    const answer = post('/whole');
    await answerBegun();
    authenticator.keys.learn([]);
    open[0]?.json({ success: true });
    expect(await (await answer).json()).to.deep.equal({ success: true });
  });

  async function answerBegun(): Promise<void> {
    while (open.length === 0) await new Promise(setImmediate);
  }
});

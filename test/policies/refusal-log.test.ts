import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { AppError } from '#shared/errors.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { RefusalLog } from '../../gateway/auth/refusal-log.ts';
import { getJson } from '../support/http.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const TOKEN = 'S3cr3tC4nary-of-this-test';
const ELSEWHERE = { 'x-forwarded-for': '203.0.113.9' };

describe('The log of refusals and sockets', () => {
  describe('RefusalLog', () => {
    let lines: Record<string, unknown>[];
    let now: number;
    let refusals: RefusalLog;

    beforeEach(() => {
      lines = [];
      now = 0;
      const log = createLogger({
        name: 'gateway',
        level: 'info',
        redactor: new Redactor(),
        write: (line) => void lines.push(JSON.parse(line)),
      });
      const clientOf = ({ headers }: IncomingMessage): string | undefined => headers.host;
      refusals = new RefusalLog({ clientOf, log, now: () => now });
    });

    const note = (
      client: string,
      code: 'unauthorized' | 'too-many-requests' | 'not-found' = 'unauthorized',
    ) =>
      refusals.record(
        {
          method: 'GET',
          url: '/api/cameras?ticket=S3cr3tC4nary',
          headers: { host: client },
        } as IncomingMessage,
        new AppError(code, 'no'),
      );

    it('S27: tells who was refused what and why, and no query', () => {
      note('203.0.113.9');
      expect(lines[0]).to.deep.include({
        client: '203.0.113.9',
        code: 'unauthorized',
        method: 'GET',
        path: '/api/cameras',
        msg: 'request refused',
      });
      expect(JSON.stringify(lines)).to.not.include('S3cr3tC4nary');
    });

    it('S27: tells it once a minute for each client and reason, then how often it was', () => {
      for (let n = 0; n < 50; n += 1) note('203.0.113.9');
      note('203.0.113.9', 'too-many-requests');
      note('203.0.113.10');
      expect(lines).to.have.length(3);
      now = 60_000;
      note('203.0.113.9');
      expect(lines[3]).to.include({ client: '203.0.113.9', moreSince: 49 });
    });

    it('passes over what is no attack, and forgets the oldest of very many', () => {
      note('203.0.113.9', 'not-found');
      expect(lines).to.deep.equal([]);
      for (let n = 0; n < 1001; n += 1) note(`client-${n}`);
      note('client-0');
      note('client-1000');
      expect(lines).to.have.length(1002);
    });
  });

  it('S27: is kept of a gateway: refused requests and sockets, opened ones and how they ended, without any secret', async () => {
    const gateway = await TestGateway.open({ env: { API_TOKEN: TOKEN } });
    try {
      const address = `${gateway.origin.replace('http', 'ws')}/ws`;
      await getJson(`${gateway.origin}/api/cameras?x=${TOKEN}`, ELSEWHERE);
      new WebSocket(address, { headers: { host: 'evil.test' } }).on('error', () => {});
      const socket = new WebSocket(`${address}?x=${TOKEN}`, { headers: { cookie: `a=${TOKEN}` } });
      await waitFor(() => socket.readyState === socket.OPEN);
      socket.close(4000, 'done');
      const found = (message: string, facts: object): boolean =>
        gateway.lines
          .map((line) => JSON.parse(line) as Record<string, unknown>)
          .some(
            (line) =>
              line.msg === message && Object.entries(facts).every(([key, value]) => line[key] === value),
          );
      await waitFor(() =>
        found('socket closed', { client: 'local', path: '/ws', code: 4000, reason: 'done' }),
      );
      await waitFor(() => found('request refused', { code: 'wrong-host', path: '/ws' }));
      expect(found('request refused', { code: 'unauthorized', path: '/api/cameras' })).to.equal(true);
      expect(found('socket opened', { client: 'local', path: '/ws' })).to.equal(true);
      expect(gateway.lines.join('\n')).to.not.include(TOKEN);
    } finally {
      await gateway.close();
    }
  });
});

import { expect } from 'chai';
import { Tickets } from '../../../gateway/auth/tickets.ts';
import { codeOf } from '../../support/errors.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { bearer, Visitor } from '../../support/visitor.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
const MINUTE_MS = 60_000;

describe('S8: tickets', () => {
  describe('in time', () => {
    const open = () => {
      const clock = { now: 1_800_000_000_000 };
      return { clock, tickets: new Tickets('secret', () => clock.now) };
    };

    it('open a socket once, within a minute', () => {
      const { clock, tickets } = open();
      const issue = () => tickets.issue({ role: 'viewer' }, '/ws').ticket;
      const [used, late] = [issue(), issue()];
      expect(tickets.take(used, '/ws')).to.include({ role: 'viewer' });
      expect(tickets.take(used, '/ws')).to.equal(undefined);
      clock.now += MINUTE_MS + 1;
      expect(tickets.take(used, '/ws'), 'used, and forgotten since it is void').to.equal(undefined);
      expect(tickets.take(late, '/ws')).to.equal(undefined);
    });

    it('open a picture again and again, within five minutes', () => {
      const { clock, tickets } = open();
      const path = '/api/cameras/1/frame';
      const { ticket, expiresAt } = tickets.issue({ role: 'viewer' }, path);
      expect(expiresAt).to.equal(clock.now + 5 * MINUTE_MS);
      clock.now = expiresAt;
      for (let time = 0; time < 3; time += 1) expect(tickets.take(ticket, path)?.role).to.equal('viewer');
      clock.now += 1;
      expect(tickets.take(ticket, path)).to.equal(undefined);
    });

    it('of a link in a notice open one picture for a week, as a viewer, and nothing else', () => {
      const { clock, tickets } = open();
      const path = '/api/events/e1/snapshot';
      const ticket = tickets.ofLink(path);
      clock.now += 7 * 24 * 60 * MINUTE_MS;
      for (let time = 0; time < 3; time += 1)
        expect(tickets.take(ticket, path)).to.deep.include({ role: 'viewer', path });
      for (const other of ['/api/events/e2/snapshot', '/api/events/e1', '/api/events/e1/clip'])
        expect(codeOf(() => tickets.take(ticket, other))).to.equal('forbidden');
      clock.now += 1;
      expect(tickets.take(ticket, path)).to.equal(undefined);
    });

    it('open the playlists and segments of one camera for hours', () => {
      const { clock, tickets } = open();
      const { ticket } = tickets.issue({ role: 'viewer' }, '/hls/1/index.m3u8');
      clock.now += 300 * MINUTE_MS;
      for (const file of ['index.m3u8', 'main.m3u8', 'init-0.mp4', 'seg-3.m4s'])
        expect(tickets.take(ticket, `/hls/1/${file}`)?.role, file).to.equal('viewer');
      expect(codeOf(() => tickets.take(ticket, '/hls/2/index.m3u8'))).to.equal('forbidden');
    });

    it('open no other address, and are not used up by the attempt', () => {
      const { tickets } = open();
      const { ticket } = tickets.issue({ role: 'admin' }, '/ws/mse/1');
      for (const path of ['/ws/mse/2', '/ws', '/ws/mse/1/', '/ws/mse/11'])
        expect(
          codeOf(() => tickets.take(ticket, path)),
          path,
        ).to.equal('forbidden');
      expect(tickets.take(ticket, '/ws/mse/1')?.role).to.equal('admin');
    });

    it('are invalid when they were made up, changed, or made with another secret', () => {
      const { tickets } = open();
      const { ticket } = new Tickets('another').issue({ role: 'admin' }, '/ws');
      const [body = '', mac = ''] = tickets.issue({ role: 'viewer' }, '/ws').ticket.split('.');
      const raised = Buffer.from(body, 'base64url').toString().replace('viewer', 'admin');
      for (const text of [ticket, `${Buffer.from(raised).toString('base64url')}.${mac}`, `${body}.`, '.', ''])
        expect(tickets.take(text, '/ws'), text).to.equal(undefined);
    });
  });

  describe('at a gateway', () => {
    let gateway: TestGateway;
    let visitor: Visitor;

    before(async () => {
      gateway = await TestGateway.open({ env: { API_TOKEN: ADMIN, VIEWER_TOKEN: VIEWER } });
      visitor = new Visitor(gateway.origin);
      for (const id of ['a', 'b']) {
        const body = { id, ip: '10.0.0.9', enabled: false };
        expect((await visitor.post('/api/cameras', body, bearer(ADMIN))).status).to.equal(201);
      }
    });
    after(() => gateway.close());

    const issue = async (path: string) =>
      (await visitor.post('/api/tickets', { path }, bearer(VIEWER))).body.ticket as string;

    it('for one camera open no other', async () => {
      const frame = await issue('/api/cameras/a/frame');
      expect((await visitor.get(`/api/cameras/a/frame?ticket=${frame}`)).status).to.not.be.oneOf([401, 403]);
      for (const path of ['/api/cameras/b/frame', '/api/cameras/a', '/api/cameras', '/api/cameras/a/frame/'])
        expect((await visitor.get(`${path}?ticket=${frame}`)).status, path).to.equal(403);
      const mse = await issue('/ws/mse/a');
      expect(await visitor.upgradeStatus(`/ws/mse/b?ticket=${mse}`)).to.equal(403);
    });

    it('are taken by a socket once', async () => {
      const ticket = await issue('/ws');
      expect(await visitor.upgradeStatus(`/ws?ticket=${ticket}`)).to.equal(101);
      expect(await visitor.upgradeStatus(`/ws?ticket=${ticket}`)).to.equal(401);
    });

    it('take the place of a token in the address, which is refused, of a socket too', async () => {
      for (const name of ['token', 'access_token']) {
        expect((await visitor.get(`/api/cameras?${name}=${ADMIN}`)).status).to.equal(400);
        expect(await visitor.upgradeStatus(`/ws?${name}=${ADMIN}`)).to.equal(400);
      }
    });

    it('are in no line of the log, used or not, nor is a token in an address', async () => {
      const tickets = [await issue('/ws'), await issue('/api/cameras/a/frame'), await issue('/ws/mse/a')];
      await visitor.upgradeStatus(`/ws?ticket=${tickets[0]}`);
      await visitor.get(`/api/cameras/a/frame?width=10&ticket=${tickets[1]}`);
      await visitor.get(`/api/nowhere?ticket=${tickets[1]}`);
      await visitor.upgradeStatus(`/ws/mse/a?ticket=${tickets[2]}`);
      await visitor.get('/api/cameras?token=S3cr3tC4nary-in-an-address');
      const log = gateway.lines.join('\n');
      expect(log).to.include('/api/nowhere');
      for (const secret of [...tickets, 'S3cr3tC4nary']) expect(log).to.not.include(secret);
    });
  });
});

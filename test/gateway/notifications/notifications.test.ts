import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { onEveryEngine, openSqlite } from '../../support/stores.ts';
import { TargetServer } from '../../support/target-server.ts';
import { waitFor } from '../../support/wait-for.ts';
import { NoticeHarness } from './harness.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('Notifications', () => {
  onEveryEngine((open) => {
    let harness: NoticeHarness;
    let target: TargetServer;

    beforeEach(async () => {
      target = await TargetServer.open();
      harness = await NoticeHarness.open(await open());
    });

    afterEach(async () => {
      target.close();
      await harness.close();
    });

    const webhook = (further: object = {}): object => ({
      kind: 'webhook',
      url: `${target.origin}/hook`,
      ...further,
    });

    async function create(target_: object, body: object = {}): Promise<string> {
      const { status, body: created } = await harness.create(target_, body);
      expect(status, JSON.stringify(created)).to.equal(201);
      return created.id;
    }

    const arrived = (count: number): Promise<unknown> =>
      waitFor(() => target.received.length >= count, { message: `${count} notices` });

    const settled = (id: string): Promise<unknown> =>
      waitFor(async () => (await harness.view(id)).waiting === 0, { message: 'nothing waits' });

    it('tell a webhook of an event once, signed, with a link to its picture and one to its page', async () => {
      const { body: created } = await harness.create(webhook(), { linkBase: 'https://home.example/gw' });
      const eventId = await harness.event('door', 'person');
      await harness.goOn(eventId, 'door', 'person', { score: 0.95 });
      await harness.goOn(eventId, 'door', 'person', { endedAt: harness.now });
      await arrived(1);
      await settled(created.id);
      const [request] = target.received;
      const at = new Date(harness.now);
      expect(request?.headers['webhook-signature']).to.equal(
        new Webhook(created.secret).sign(String(request?.headers['webhook-id']), at, request?.text ?? ''),
      );
      expect(target.bodies).to.have.length(1);
      const { happenings, ...notice } = target.bodies[0];
      const picture = `https://home.example/gw/api/events/${eventId}/snapshot?ticket=signed`;
      expect(notice).to.deep.equal({
        id: request?.headers['webhook-id'],
        notification: 'Test',
        title: 'Front Door: Person',
        message: '12:00 Person',
        kind: 'person',
        cameraId: 'door',
        camera: 'Front Door',
        at: new Date(harness.now).toISOString(),
        url: `https://home.example/gw/#/events?event=${eventId}`,
        picture,
        more: 0,
      });
      expect(happenings).to.have.length(1);
      expect(happenings[0]).to.include({ eventId, picture, label: 'person', score: 0.9 });
    });

    it('tell of a watch that fires with its answer', async () => {
      await create(webhook(), { kinds: ['watch'] });
      await harness.event('door', 'person');
      await harness.watch('door', 'Is the gate open?', 'Yes, wide open.');
      await arrived(1);
      expect(target.bodies[0]).to.include({
        title: 'Front Door: Is the gate open?',
        message: '12:00 Watch: Yes, wide open.',
      });
    });

    it('send the body of a template with further headers', async () => {
      await create(
        webhook({
          template: '{{camera}} / {{kind}}',
          contentType: 'text/plain',
          headers: { Authorization: 'Bearer S3cr3t' },
        }),
      );
      await harness.event('yard', 'motion');
      await arrived(1);
      expect(target.received[0]?.text).to.equal('Back Yard / motion');
      expect(target.received[0]?.headers).to.include({
        authorization: 'Bearer S3cr3t',
        'content-type': 'text/plain',
      });
    });

    it('publish to an ntfy topic as its documentation says', async () => {
      await create(
        { kind: 'ntfy', server: `${target.origin}/`, topic: 'my-cameras', token: 'tk_S3cr3t', priority: 4 },
        { linkBase: 'http://gateway.example' },
      );
      const eventId = await harness.event('door', 'person');
      await arrived(1);
      const [request] = target.received;
      expect(request).to.include({ method: 'POST', url: '/' });
      expect(request?.headers.authorization).to.equal('Bearer tk_S3cr3t');
      expect(target.bodies[0]).to.deep.equal({
        topic: 'my-cameras',
        title: 'Front Door: Person',
        message: '12:00 Person',
        priority: 4,
        tags: ['bust_in_silhouette'],
        click: `http://gateway.example/#/events?event=${eventId}`,
        attach: `http://gateway.example/api/events/${eventId}/snapshot?ticket=signed`,
        filename: 'picture.jpg',
      });
    });

    it('send one notice of a camera in a minute: what follows comes together in the next', async () => {
      const id = await create(webhook());
      await harness.event('door', 'motion');
      await arrived(1);
      await settled(id);
      await harness.event('door', 'person');
      await harness.event('door', 'face');
      await harness.event('yard', 'motion');
      await arrived(2);
      expect(target.bodies[1].camera).to.equal('Back Yard');
      await waitFor(async () => (await harness.view(id)).waiting === 1);
      harness.now += MINUTE_MS;
      await arrived(3);
      expect(target.bodies[2]).to.include({
        title: 'Front Door: Person and 1 more',
        message: '12:00 Person\n12:00 Face',
      });
      expect(target.received).to.have.length(3);
    });

    it('send each event by itself where they are not grouped', async () => {
      await create(webhook(), { groupSeconds: 0 });
      await harness.event('door', 'motion');
      await harness.event('door', 'person');
      await arrived(2);
      expect(target.bodies.map(({ kind }) => kind)).to.deep.equal(['motion', 'person']);
    });

    it('lose nothing that happens while a notice is under way for longer than its lease', async () => {
      const held: ServerResponse[] = [];
      target.reply = (response) => void held.push(response);
      await create(webhook());
      await harness.event('door', 'motion');
      await arrived(1);
      harness.now += HOUR_MS;
      await harness.event('door', 'person');
      target.reply = (response) => response.end();
      held[0]?.end();
      await arrived(2);
      expect(target.bodies.map(({ kind }) => kind)).to.deep.equal(['motion', 'person']);
    });

    it('hold notices in quiet hours and tell all together when those end', async () => {
      const id = await create(webhook(), { quiet: [{ from: '22:00', to: '07:00' }] });
      harness.now += 11 * HOUR_MS;
      for (const kind of ['motion', 'person', 'motion']) {
        await harness.event('door', kind);
        await harness.idle();
        harness.now += HOUR_MS / 2;
      }
      expect(await harness.view(id)).to.include({ waiting: 1, last: null });
      expect(target.received).to.deep.equal([]);
      harness.now = new Date(2026, 4, 5, 7, 0).getTime();
      await arrived(1);
      expect(target.bodies[0].title).to.equal('Front Door: Motion and 2 more');
      await settled(id);
      expect(target.received).to.have.length(1);
    });

    it('tell what happens in quiet hours together even where each event has a notice of its own', async () => {
      const quiet = [{ from: '22:00', to: '07:00' }];
      const id = await create(webhook(), { quiet, groupSeconds: 0 });
      await harness.event('door', 'motion');
      await arrived(1);
      harness.now += 11 * HOUR_MS;
      for (const kind of ['motion', 'person']) {
        await harness.event('door', kind);
        await harness.idle();
      }
      expect(await harness.view(id)).to.include({ waiting: 1 });
      harness.now = new Date(2026, 4, 5, 7, 0).getTime();
      await settled(id);
      expect(target.bodies.map(({ title }) => title)).to.deep.equal([
        'Front Door: Motion',
        'Front Door: Motion and 1 more',
      ]);
      await harness.event('door', 'face');
      await harness.event('door', 'person');
      await arrived(4);
    });

    it('retry at a target that fails and show its answer; another target gets its notice meanwhile', async () => {
      const other = await TargetServer.open();
      target.reply = (response) => response.writeHead(503).end('no');
      const failing = await create(webhook());
      await create({ kind: 'webhook', url: other.origin });
      await harness.event('door', 'person');
      await waitFor(() => other.received.length === 1);
      await arrived(1);
      await waitFor(async () => (await harness.view(failing)).last !== null);
      expect((await harness.view(failing)).last).to.include({ state: 'retrying', status: 503 });
      expect(harness.notifications.report()).to.deep.include({ active: 2, failures: 1 });
      target.reply = (response) => response.end();
      harness.now += 10_000;
      await arrived(2);
      await settled(failing);
      expect((await harness.view(failing)).last).to.include({ state: 'delivered', status: 200, error: null });
      const ids = target.received.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size).to.equal(1);
      other.close();
    });

    it('a camera whose notice is refused delays no other camera of the target', async () => {
      target.reply = (response, { text }) => {
        response.writeHead(text.includes('Front Door') ? 500 : 200).end();
      };
      await create(webhook());
      await harness.event('door', 'person');
      await arrived(1);
      await harness.event('yard', 'person');
      await arrived(2);
      expect(target.bodies[1].camera).to.equal('Back Yard');
    });

    it('a target that never answers holds up no other', async () => {
      target.reply = () => {};
      const other = await TargetServer.open();
      await create(webhook(), { groupSeconds: 0 });
      const cameras = Array.from({ length: 30 }, (_, index) => `camera-${index}`);
      for (const camera of cameras) await harness.event(camera, 'person');
      await arrived(4);
      await create({ kind: 'webhook', url: other.origin });
      await harness.event('door', 'person');
      await waitFor(() => other.received.length === 1);
      expect(target.received).to.have.length(4);
      other.close();
    });

    it('tell of a camera that is offline for long, and when it is back', async () => {
      const id = await create(webhook(), {
        kinds: ['camera-offline', 'camera-online'],
        afterSeconds: 30,
        groupSeconds: 0,
      });
      harness.connected.delete('door');
      await waitFor(async () => {
        harness.now += 1000;
        return target.received.length === 1;
      });
      expect(target.bodies[0]).to.include({
        kind: 'camera-offline',
        title: 'Front Door: Camera offline',
        picture: null,
      });
      expect(target.bodies[0].message).to.match(/^\d\d:\d\d Camera offline: unreachable$/);
      expect(target.bodies[0].url).to.match(/#\/camera\/door$/);
      harness.connected.add('door');
      await arrived(2);
      expect(target.bodies[1]).to.include({ kind: 'camera-online', camera: 'Front Door' });
      await settled(id);
      expect(target.received).to.have.length(2);
    });

    it('do not tell of a camera that is back before its time', async () => {
      await create(webhook(), { afterSeconds: 3600, kinds: ['camera-offline', 'camera-online', 'person'] });
      harness.connected.delete('door');
      harness.now += MINUTE_MS;
      harness.connected.add('door');
      await harness.event('door', 'person');
      await arrived(1);
      expect(target.bodies.map(({ kind }) => kind)).to.deep.equal(['person']);
    });

    it('tell of a worker that is lost, and when it runs again', async () => {
      await create(webhook(), { kinds: ['worker-lost', 'worker-back'], afterSeconds: 30, groupSeconds: 0 });
      const [worker] = harness.workers;
      Object.assign(worker as object, { state: 'backoff' });
      await waitFor(async () => {
        harness.now += 1000;
        return target.received.length === 1;
      });
      expect(target.bodies[0]).to.include({
        kind: 'worker-lost',
        cameraId: null,
        message: target.bodies[0].message,
      });
      expect(target.bodies[0].message).to.contain('Worker lost: rtsp-0');
      Object.assign(worker as object, { state: 'ready' });
      await arrived(2);
      expect(target.bodies[1].kind).to.equal('worker-back');
    });

    it('tell of an agent that is lost by its name', async () => {
      await create(webhook(), { kinds: ['agent-lost'], afterSeconds: 30 });
      Object.assign(harness.workers[1] as object, { state: 'unready' });
      await waitFor(async () => {
        harness.now += 1000;
        return target.received.length === 1;
      });
      expect(target.bodies[0].message).to.contain('Agent lost: cabin');
    });

    it('are paused, changed and deleted, with what waited', async () => {
      const id = await create(webhook());
      await harness.event('door', 'motion');
      await arrived(1);
      await settled(id);
      await harness.event('door', 'person');
      expect((await harness.view(id)).waiting).to.equal(1);
      expect((await harness.change(id, { enabled: false })).status).to.equal(200);
      expect(await harness.view(id)).to.include({ waiting: 0, enabled: false });
      harness.now += MINUTE_MS;
      await harness.event('door', 'person');
      expect((await harness.change(id, { enabled: true, name: 'Other', kinds: ['face'] })).status).to.equal(
        200,
      );
      await harness.event('door', 'person');
      await harness.event('door', 'face');
      await arrived(2);
      expect(target.bodies[1]).to.include({ notification: 'Other', kind: 'face' });
      expect((await fetch(`${harness.api}/${id}`, { method: 'DELETE' })).status).to.equal(204);
      expect(await harness.list()).to.deep.equal([]);
      expect((await fetch(`${harness.api}/${id}`)).status).to.equal(404);
    });

    it('show no secret again, and keep those that a change leaves out', async () => {
      const id = await create(
        webhook({ url: `${target.origin}/S3cr3tPath?key=S3cr3tKey`, headers: { 'X-Key': 'S3cr3tHeader' } }),
      );
      await create({ kind: 'ntfy', topic: 'cameras', token: 'tk_S3cr3tToken' });
      const changed = await harness.change(id, {
        target: { kind: 'webhook', template: '{"a": "{{kind}}"}' },
      });
      expect(changed.status).to.equal(200);
      const text = JSON.stringify(await harness.list());
      expect(text).not.to.match(/S3cr3t|whsec_/);
      const rows = await harness.store.db.selectFrom('notifications').selectAll().execute();
      expect(JSON.stringify(rows)).not.to.contain('S3cr3t');
      target.reply = (response, { url, headers }) =>
        response.writeHead(500).end(`at ${url} with ${headers['x-key']}`);
      const test = await (await fetch(`${harness.api}/${id}/test`, { method: 'POST' })).json();
      expect(target.received[0]?.url).to.equal('/S3cr3tPath?key=S3cr3tKey');
      expect(JSON.stringify(test)).not.to.contain('S3cr3tHeader');
    });

    it('send a test at any hour and tell how it went', async () => {
      const id = await create(webhook(), { enabled: false, quiet: [{ from: '00:00', to: '23:59' }] });
      const test = async (): Promise<unknown> =>
        (await fetch(`${harness.api}/${id}/test`, { method: 'POST' })).json();
      expect(await test()).to.deep.equal({ delivered: true, status: 200, error: null, response: 'ok' });
      expect(target.bodies[0]).to.include({ kind: 'test', title: 'Front Door: Test' });
      target.reply = (response) => response.writeHead(404).end('no such hook');
      expect(await test()).to.deep.equal({
        ...{ delivered: false, status: 404, error: 'The target answered 404', response: 'no such hook' },
      });
      target.close();
      expect(await test()).to.include({ delivered: false, status: null });
    });

    it('are told by name, past their filters; urgent notices in quiet hours too', async () => {
      const id = await create(webhook(), { kinds: [], quiet: [{ from: '00:00', to: '23:59' }] });
      const event = { id: 'e1', cameraId: 'door', kind: 'watch', label: 'Open?', score: null, data: {} };
      const at = { startedAt: harness.now, updatedAt: harness.now, endedAt: harness.now };
      await harness.notifications.tell(id, { ...event, ...at }, false);
      await harness.notifications.tell(id, { ...event, ...at, id: 'e2' }, true);
      await arrived(1);
      expect(target.bodies[0].happenings[0].eventId).to.equal('e2');
      await waitFor(async () => (await harness.view(id)).waiting === 1);
    });
  });
});

describe('Bodies of notifications', () => {
  let harness: NoticeHarness;

  before(async () => {
    harness = await NoticeHarness.open(await openSqlite());
  });

  after(async () => {
    await harness.close();
    await harness.store.close();
  });

  for (const [what, target_, field] of [
    ['an address that is none', { kind: 'webhook', url: 'nowhere' }, 'target.url'],
    ['an address of the machine itself', { kind: 'webhook', url: 'http://169.254.169.254/' }, 'target.url'],
    ['a bad template', { kind: 'webhook', url: 'http://a.example', template: '{{x}}' }, 'target.template'],
    [
      'a header of the gateway',
      { kind: 'webhook', url: 'http://a.example', headers: { Host: 'a' } },
      'target.headers',
    ],
    ['a bad secret', { kind: 'webhook', url: 'http://a.example', secret: 'whsec_x' }, 'target.secret'],
    ['a topic that is none', { kind: 'ntfy', topic: 'a b' }, 'target.topic'],
    ['an unknown kind', { kind: 'pigeon' }, 'target.kind'],
    ['an unknown field', { kind: 'ntfy', topic: 'a', colour: 1 }, 'colour'],
    [
      'keys that are none',
      {
        kind: 'push',
        endpoint: 'https://push.example/1',
        keys: { p256dh: 'a'.repeat(30), auth: 'b'.repeat(22) },
      },
      'target.keys.p256dh',
    ],
  ] as const) {
    it(`are refused with the name of the field for ${what}`, async () => {
      const { status, body } = await harness.create(target_);
      expect({ status, field: body.field }).to.deep.equal({ status: 400, field });
      expect(await harness.list()).to.deep.equal([]);
    });
  }
});

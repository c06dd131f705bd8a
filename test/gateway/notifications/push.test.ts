import { expect } from 'chai';
import { PushReceiver, vapidClaims } from '../../support/push-message.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { TargetServer } from '../../support/target-server.ts';
import { waitFor } from '../../support/wait-for.ts';
import { NoticeHarness } from './harness.ts';

describe('Web push', () => {
  onEveryEngine((open) => {
    let harness: NoticeHarness;
    let service: TargetServer;
    let browser: PushReceiver;

    beforeEach(async () => {
      service = await TargetServer.open();
      service.reply = (response) => response.writeHead(201).end();
      harness = await NoticeHarness.open(await open());
      browser = new PushReceiver();
    });

    afterEach(async () => {
      service.close();
      await harness.close();
    });

    async function subscribe(): Promise<string> {
      const target = { kind: 'push', endpoint: `${service.origin}/send/S3cr3t`, keys: browser.keys };
      const { status, body } = await harness.create(target, { linkBase: 'https://home.example/gw' });
      expect(status, JSON.stringify(body)).to.equal(201);
      return body.id;
    }

    const publicKey = async (): Promise<string> =>
      ((await (await fetch(`${harness.api}/push-key`)).json()) as { publicKey: string }).publicKey;

    it('brings a message that only the browser can open, signed with the key that it subscribed with', async () => {
      const key = await publicKey();
      await subscribe();
      const eventId = await harness.event('door', 'person');
      await waitFor(() => service.received.length === 1);
      const [request] = service.received;
      expect(request?.url).to.equal('/send/S3cr3t');
      expect(request?.headers).to.include({ 'content-encoding': 'aes128gcm', urgency: 'high', ttl: '14400' });
      expect(request?.text).not.to.contain('Front Door');
      expect(JSON.parse(browser.open(request?.bytes ?? Buffer.alloc(0)))).to.deep.equal({
        title: 'Front Door: Person',
        body: '12:00 Person',
        url: `#/events?event=${eventId}`,
        picture: `api/events/${eventId}/snapshot?ticket=signed`,
        tag: 'person/door',
        at: new Date(harness.now).toISOString(),
      });
      const claims = vapidClaims(String(request?.headers.authorization), key);
      expect(claims).to.include({ aud: service.origin, sub: 'https://home.example' });
    });

    it('keeps its keys: made once, stored encrypted', async () => {
      const keys = await Promise.all([publicKey(), publicKey()]);
      expect(new Set([...keys, await publicKey()]).size).to.equal(1);
      const [row] = await harness.store.db.selectFrom('push_keys').selectAll().execute();
      expect(row?.keys).not.to.contain(keys[0]);
    });

    it('keeps within what push services take, however much there is to tell', async () => {
      await subscribe();
      await harness.watch('door', `Is ${'very '.repeat(400)}much to see?`, 'word '.repeat(2000));
      await waitFor(() => service.received.length === 1);
      expect(service.received[0]?.bytes.length).to.be.lessThan(4096);
      expect(JSON.parse(browser.open(service.received[0]?.bytes as Buffer)).body).to.contain('word');
    });

    it('pauses a notification whose browser has unsubscribed', async () => {
      const id = await subscribe();
      service.reply = (response) => response.writeHead(410).end();
      await harness.event('door', 'person');
      await waitFor(async () => !(await harness.view(id)).enabled);
      expect((await harness.view(id)).waiting).to.equal(0);
      expect(JSON.stringify(await harness.list())).not.to.contain('S3cr3t');
    });
  });
});

import { expect } from 'chai';
import { principalOfKey } from '../../../gateway/auth/authenticator.ts';
import type { Key } from '../../../gateway/auth/keys/key.ts';
import { isPushService } from '../../../gateway/notifications/targets/push.ts';
import { PushReceiver } from '../../support/push-message.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { TargetServer } from '../../support/target-server.ts';
import { waitFor } from '../../support/wait-for.ts';
import { NoticeHarness } from './harness.ts';

const ADMIN = { role: 'admin', kind: 'local' } as const;

describe('Notifications of viewers', () => {
  onEveryEngine((open) => {
    let harness: NoticeHarness;
    let browser: PushReceiver;
    let service: TargetServer;

    beforeEach(async () => {
      service = await TargetServer.open();
      service.reply = (response) => response.writeHead(201).end();
      browser = new PushReceiver();
      harness = await NoticeHarness.open(await open(), {
        isPushService: (endpoint) => isPushService(endpoint) || endpoint.startsWith(service.origin),
      });
    });
    afterEach(async () => {
      service.close();
      await harness.close();
    });

    /** Titles of what the browser got. */
    const pushed = (): string[] => service.received.map(({ bytes }) => JSON.parse(browser.open(bytes)).title);
    const arrived = (count: number): Promise<unknown> =>
      waitFor(() => service.received.length >= count, { message: `${count} messages` });

    const keyOf = (id: string, further: Partial<Key> = {}): Key => ({
      ...{ id, name: id, scope: 'view', cameras: new Set(['door']), expiresAt: undefined },
      ...{ createdAt: 0, hash: '', digest: '', ...further },
    });

    /** Requests are made with this key from now on. */
    function signIn(key: Key): void {
      harness.keys.learn([key]);
      harness.principal = principalOfKey(key);
    }

    const target = (endpoint = `${service.origin}/one`): object => ({
      ...{ kind: 'push', endpoint, keys: browser.keys },
    });

    async function subscribe(body: object = {}): Promise<string> {
      const { status, body: created } = await harness.create(target(), { groupSeconds: 0, ...body });
      expect(status, JSON.stringify(created)).to.equal(201);
      return created.id;
    }

    it('tell of the cameras that the viewer may see, and of nothing that concerns all', async () => {
      signIn(keyOf('anna'));
      await subscribe({ afterSeconds: 5, kinds: null });
      harness.workers[0] = { ...harness.workers[0], state: 'failed' } as never;
      await harness.event('yard', 'person');
      harness.connected.delete('yard');
      await harness.looks(2);
      harness.now += 10_000;
      await harness.looks(2);
      await harness.event('door', 'person');
      await arrived(1);
      await harness.idle();
      expect(pushed()).to.deep.equal(['Front Door: Person']);
    });

    it('tell a viewer of all cameras of everything', async () => {
      signIn(keyOf('anna', { cameras: undefined }));
      await subscribe();
      await harness.event('yard', 'person');
      await arrived(1);
    });

    it('are told by an action of a watch only about cameras that the viewer may see', async () => {
      signIn(keyOf('anna'));
      const id = await subscribe({ kinds: [] });
      const at = { startedAt: harness.now, updatedAt: harness.now, endedAt: null, score: null, data: {} };
      for (const cameraId of ['yard', 'door'])
        await harness.notifications.tell(
          id,
          { id: `evt-${cameraId}`, cameraId, kind: 'watch', label: 'Open?', ...at },
          false,
        );
      await arrived(1);
      expect(pushed()).to.deep.equal(['Front Door: Open?']);
    });

    it('send nothing that waited when the viewer lost the camera meanwhile', async () => {
      signIn(keyOf('anna', { cameras: new Set(['door', 'yard']) }));
      await subscribe({ groupSeconds: 60 });
      await harness.event('door', 'person');
      await arrived(1);
      await harness.idle();
      await harness.event('door', 'face');
      await harness.event('yard', 'motion');
      await arrived(2);
      harness.keys.learn([keyOf('anna', { cameras: new Set(['yard']) })]);
      harness.now += 60_000;
      await harness.idle();
      expect(pushed()).to.deep.equal(['Front Door: Person', 'Back Yard: Motion']);
    });

    it('end with the key of the viewer', async () => {
      signIn(keyOf('anna'));
      await subscribe();
      harness.keys.learn([]);
      harness.principal = ADMIN;
      await waitFor(async () => (await harness.list()).length === 0);
      await harness.event('door', 'person');
      await harness.idle();
      expect(pushed()).to.deep.equal([]);
    });

    it('are seen, changed, tested and deleted by the viewer and by admins alone', async () => {
      const keys = [keyOf('anna'), keyOf('ben', { cameras: new Set(['yard']) })] as const;
      harness.keys.learn(keys);
      harness.principal = principalOfKey(keys[0]);
      const id = await subscribe();
      harness.principal = principalOfKey(keys[1]);
      expect(await harness.list()).to.deep.equal([]);
      expect((await harness.change(id, { enabled: false })).status).to.equal(404);
      expect((await harness.test(id)).status).to.equal(404);
      expect((await fetch(`${harness.api}/${id}`, { method: 'DELETE' })).status).to.equal(404);
      harness.principal = principalOfKey(keys[0]);
      expect((await harness.test(id)).body).to.include({ delivered: true });
      expect(pushed()[0]).to.contain('Front Door');
      expect((await harness.change(id, { quiet: [{ from: '22:00', to: '07:00' }] })).status).to.equal(200);
      harness.principal = ADMIN;
      expect(await harness.list()).to.have.length(1);
      expect((await fetch(`${harness.api}/${id}`, { method: 'DELETE' })).status).to.equal(204);
    });

    it('go to browsers alone, at push services that are known, ten of a viewer at most', async () => {
      signIn(keyOf('anna'));
      const refused = [
        { kind: 'webhook', url: 'http://192.0.2.1/hook' },
        { kind: 'ntfy', topic: 'cameras' },
        target('https://192.168.1.10/fcm.googleapis.com'),
        target('http://fcm.googleapis.com/x'),
        target('https://fcm.googleapis.com.example/x'),
      ];
      for (const one of refused)
        expect((await harness.create(one)).body, JSON.stringify(one)).to.include({ code: 'forbidden' });
      const id = await subscribe();
      const moved = await harness.change(id, { target: target('https://192.168.1.10/x') });
      expect(moved.status).to.equal(403);
      for (let more = 1; more < 10; more += 1) await subscribe();
      expect((await harness.create(target())).body).to.include({ code: 'too-many-notifications' });
      for (const host of ['fcm.googleapis.com', 'web.push.apple.com', 'wns2-am3p.notify.windows.com'])
        expect(isPushService(`https://${host}/x`), host).to.equal(true);
      harness.principal = ADMIN;
      expect((await harness.create({ kind: 'ntfy', topic: 'cameras' })).status).to.equal(201);
    });
  });
});

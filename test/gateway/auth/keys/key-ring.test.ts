import { expect } from 'chai';
import type { AppError } from '#shared/errors.ts';
import { KeyRing } from '../../../../gateway/auth/keys/key-ring.ts';
import { KnownKeys } from '../../../../gateway/auth/keys/known-keys.ts';
import type { Store } from '../../../../gateway/store/store.ts';
import { rejection } from '../../../support/errors.ts';
import { silentLog } from '../../../support/serve.ts';
import { onEveryEngine } from '../../../support/stores.ts';
import { waitFor } from '../../../support/wait-for.ts';

const RIGHTS = { scope: 'view', cameras: new Set(['a', 'b']), expiresAt: undefined } as const;
const MINUTE_MS = 60_000;

describe('The keys of a database', () => {
  onEveryEngine((open) => {
    let store: Store;
    let rings: KeyRing[];
    beforeEach(async () => {
      store = await open();
      rings = [];
    });
    afterEach(() => Promise.all(rings.map((ring) => ring.close())));

    function ringOf(now = Date.now): { ring: KeyRing; known: KnownKeys } {
      const known = new KnownKeys();
      const box = { seal: (text: string) => `sealed ${text.length}` };
      const ring = new KeyRing({ known, store, box, log: silentLog, everyMs: 20, now });
      ring.start();
      rings.push(ring);
      return { ring, known };
    }

    it('are stored hashed', async () => {
      const { text } = await ringOf().ring.create('Tablet', RIGHTS);
      const rows = await store.db.selectFrom('access_keys').selectAll().execute();
      expect(JSON.stringify(rows)).to.not.include(text);
      expect(JSON.stringify(rows)).to.not.include(text.split('_')[2] as string);
    });

    it('keep their rights over a restart', async () => {
      const { text, key } = await ringOf().ring.create('Tablet', {
        ...RIGHTS,
        expiresAt: Date.now() + MINUTE_MS,
      });
      const { known } = ringOf();
      await waitFor(() => known.get(key.id) !== undefined);
      expect(known.find(text)).to.deep.equal(key);
    });

    it('are valid at every gateway on it, until they are revoked at one', async () => {
      const [here, there] = [ringOf(), ringOf()];
      const { key } = await here.ring.create('Tablet', RIGHTS);
      expect(here.known.get(key.id)?.name).to.equal('Tablet');
      await waitFor(() => there.known.get(key.id) !== undefined);
      const ended = new Promise<string>((resolve) => void here.known.onEnd(resolve));
      await there.ring.remove(key.id);
      expect(there.known.get(key.id)).to.equal(undefined);
      expect(await ended).to.equal(key.id);
    });

    it('come from the code of a pairing, with its rights, once, at any gateway', async () => {
      const [here, there] = [ringOf(), ringOf()];
      const { code } = await here.ring.startPairing({ ...RIGHTS, expiresAt: Date.now() + MINUTE_MS });
      expect(code).to.match(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
      const typed = ` ${code.toLowerCase().replace('-', '').replaceAll('0', 'o').replaceAll('1', 'l')}`;
      const { key, text } = await there.ring.redeem(typed, 'Phone');
      expect(there.known.find(text)).to.deep.equal(key);
      expect([key.name, key.scope, [...(key.cameras ?? [])]]).to.deep.equal(['Phone', 'view', ['a', 'b']]);
      for (const { ring } of [here, there]) {
        const refusal = (await rejection(ring.redeem(code, 'Another'))) as AppError;
        expect(refusal.code).to.equal('pairing-not-found');
      }
      expect(await here.ring.list()).to.have.length(1);
    });

    it('come from one of two simultaneous trades of a code', async () => {
      const rings = [ringOf(), ringOf()];
      const { code } = await (rings[0] as { ring: KeyRing }).ring.startPairing(RIGHTS);
      const trades = await Promise.allSettled(rings.map(({ ring }) => ring.redeem(code, 'Phone')));
      expect(trades.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    });

    it('come from no code after five minutes', async () => {
      const clock = { now: Date.now() };
      const { ring } = ringOf(() => clock.now);
      const { code, expiresAt } = await ring.startPairing(RIGHTS);
      expect(expiresAt).to.equal(clock.now + 5 * MINUTE_MS);
      clock.now = expiresAt;
      const refusal = (await rejection(ring.redeem(code, 'Phone'))) as AppError;
      expect(refusal.code).to.equal('pairing-not-found');
      await ring.startPairing(RIGHTS);
      expect(await store.db.selectFrom('pairings').select('hash').execute()).to.have.length(1);
    });

    it('cannot be revoked twice', async () => {
      const { ring } = ringOf();
      const { key } = await ring.create('Tablet', RIGHTS);
      await ring.remove(key.id);
      const refusal = (await rejection(ring.remove(key.id))) as AppError;
      expect(refusal.code).to.equal('key-not-found');
      expect(await ring.list()).to.deep.equal([]);
    });

    it('tell when they were used last, at every gateway, after one write for many uses', async () => {
      const clock = { now: Date.now() };
      const [here, there] = [ringOf(() => clock.now), ringOf(() => clock.now)];
      const { key, text } = await here.ring.create('Tablet', RIGHTS);
      const lastUse = async ({ ring }: typeof here) => (await ring.list())[0]?.lastUsedAt;
      expect(await lastUse(here)).to.equal(undefined);
      expect(here.known.find(`${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`)).to.equal(undefined);
      expect(await lastUse(here), 'after a wrong text').to.equal(undefined);
      here.known.find(text);
      here.known.ofSignIn(key.id);
      expect(await lastUse(here), 'before it is stored').to.equal(clock.now);
      expect(await lastUse(there)).to.equal(undefined);
      await here.ring.close();
      expect(await lastUse(there)).to.equal(clock.now);
    });
  });
});

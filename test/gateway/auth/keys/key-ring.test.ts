import { expect } from 'chai';
import type { AppError } from '#shared/errors.ts';
import { KeyRing } from '../../../../gateway/auth/keys/key-ring.ts';
import { KnownKeys } from '../../../../gateway/auth/keys/known-keys.ts';
import type { Store } from '../../../../gateway/store/store.ts';
import { rejection } from '../../../support/errors.ts';
import { silentLog } from '../../../support/serve.ts';
import { onEveryEngine } from '../../../support/stores.ts';
import { waitFor } from '../../../support/wait-for.ts';

const WANTED = { name: 'Tablet', scope: 'view', cameras: new Set(['a', 'b']), expiresAt: undefined } as const;

describe('The keys of a database', () => {
  onEveryEngine((open) => {
    let store: Store;
    let rings: KeyRing[];
    beforeEach(async () => {
      store = await open();
      rings = [];
    });
    afterEach(() => Promise.all(rings.map((ring) => ring.close())));

    function ringOf(): { ring: KeyRing; known: KnownKeys } {
      const known = new KnownKeys();
      const box = { seal: (text: string) => `sealed ${text.length}` };
      const ring = new KeyRing({ known, store, box, log: silentLog, everyMs: 20 });
      ring.start();
      rings.push(ring);
      return { ring, known };
    }

    it('are stored hashed', async () => {
      const { text } = await ringOf().ring.create(WANTED);
      const rows = await store.db.selectFrom('access_keys').selectAll().execute();
      expect(JSON.stringify(rows)).to.not.include(text);
      expect(JSON.stringify(rows)).to.not.include(text.split('_')[2] as string);
    });

    it('keep their rights over a restart', async () => {
      const { text, key } = await ringOf().ring.create({ ...WANTED, expiresAt: Date.now() + 60_000 });
      const { known } = ringOf();
      await waitFor(() => known.get(key.id) !== undefined);
      expect(known.find(text)).to.deep.equal(key);
    });

    it('are valid at every gateway on it, until they are revoked at one', async () => {
      const [here, there] = [ringOf(), ringOf()];
      const { key } = await here.ring.create(WANTED);
      expect(here.known.get(key.id)?.name).to.equal('Tablet');
      await waitFor(() => there.known.get(key.id) !== undefined);
      const ended = new Promise<string>((resolve) => void here.known.onEnd(resolve));
      await there.ring.remove(key.id);
      expect(there.known.get(key.id)).to.equal(undefined);
      expect(await ended).to.equal(key.id);
    });

    it('cannot be revoked twice', async () => {
      const { ring } = ringOf();
      const { key } = await ring.create(WANTED);
      await ring.remove(key.id);
      const refusal = (await rejection(ring.remove(key.id))) as AppError;
      expect(refusal.code).to.equal('key-not-found');
      expect(await ring.list()).to.deep.equal([]);
    });
  });
});

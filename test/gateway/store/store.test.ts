import { expect } from 'chai';
import type { CameraStreamRow } from '../../../gateway/store/database.ts';
import { onEveryEngine } from '../../support/stores.ts';

const stream = (id: string): CameraStreamRow => ({
  camera_id: id,
  description: null,
  stream_type: 'video',
  rtsp_url: null,
  video_file: 'a.mp4',
  video_bytes: 5_000_000_000,
  video_removed_at: 1_700_000_000_456,
  created_at: 1_700_000_000_123,
});

describe('The store', () => {
  onEveryEngine((open) => {
    it('gives back what was put in, numbers as numbers', async () => {
      const { db } = await open();
      await db.insertInto('camera_streams').values(stream('a')).execute();
      expect(await db.selectFrom('camera_streams').selectAll().execute()).to.deep.equal([stream('a')]);
    });

    it('keeps all of a transaction or nothing of it', async () => {
      const store = await open();
      const failed = await store
        .transaction(async (trx) => {
          await trx.insertInto('camera_streams').values(stream('a')).execute();
          throw new Error('in the middle');
        })
        .catch((error: Error) => error.message);
      expect(failed).to.equal('in the middle');
      expect(await store.db.selectFrom('camera_streams').selectAll().execute()).to.deep.equal([]);
    });

    it('numbers deliveries in order of arrival', async () => {
      const { db } = await open();
      const row = (id: string) => ({
        id,
        camera_id: '1',
        target: '',
        queue: '1',
        payload: '{}',
        status: 'pending',
        attempts: 0,
        next_attempt_at: 0,
        leased_until: 0,
        created_at: 0,
        updated_at: 0,
      });
      for (const id of ['z', 'a', 'm']) await db.insertInto('deliveries').values(row(id)).execute();
      const ids = await db.selectFrom('deliveries').select('id').orderBy('sequence').execute();
      expect(ids.map(({ id }) => id)).to.deep.equal(['z', 'a', 'm']);
    });

    it('reports how many rows a change touched', async () => {
      const { db } = await open();
      await db
        .insertInto('camera_streams')
        .values([stream('a'), stream('b')])
        .execute();
      const again = await db
        .insertInto('camera_streams')
        .values(stream('a'))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      const removed = await db.deleteFrom('camera_streams').executeTakeFirst();
      expect(again.numInsertedOrUpdatedRows).to.equal(0n);
      expect(removed.numDeletedRows).to.equal(2n);
    });

    it('lets transactions that run at the same time wait for each other', async () => {
      const store = await open();
      await store.db.insertInto('camera_streams').values(stream('a')).execute();
      const grow = () =>
        store.transaction(async (trx) => {
          const row = await trx
            .selectFrom('camera_streams')
            .selectAll()
            .$if(store.engine === 'postgres', (query) => query.forUpdate())
            .executeTakeFirstOrThrow();
          await trx
            .updateTable('camera_streams')
            .set({ video_bytes: (row.video_bytes ?? 0) + 1 })
            .execute();
        });
      await Promise.all(Array.from({ length: 20 }, grow));
      const row = await store.db.selectFrom('camera_streams').selectAll().executeTakeFirstOrThrow();
      expect(row.video_bytes).to.equal(5_000_000_020);
    });
  });
});

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { CameraStreamPayload } from '#shared/contract/delivery.ts';
import { AppError } from '#shared/errors.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraStreamRepository } from '../../../gateway/camera-streams/camera-stream-repository.ts';
import { CameraStreamService } from '../../../gateway/camera-streams/camera-stream-service.ts';
import { UploadFolder } from '../../../gateway/camera-streams/upload-folder.ts';
import { UploadQuota } from '../../../gateway/camera-streams/upload-quota.ts';
import { DeliveryRepository } from '../../../gateway/deliveries/delivery-repository.ts';
import { createOutbox } from '../../../gateway/deliveries/outbox.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { rejection } from '../../support/errors.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { FACTS } from './harness.ts';

const ORIGIN = 'http://gateway.example';
const QUOTA = 3000;

describe('S14: the quota of uploaded videos', () => {
  onEveryEngine((open) => {
    let folder: string;
    let store: Store;
    let service: CameraStreamService;
    let now: number;
    let played: string[];
    /** What the next delivery cannot be stored for. */
    let failure: Error | undefined;

    /** The same database and folder, as after a restart. */
    const start = (): CameraStreamService => {
      const secretBox = createSecretBox(Buffer.alloc(32, 1));
      const repository = new CameraStreamRepository(store.db, secretBox);
      const uploads = new UploadFolder({ folder, maxBytes: QUOTA, reserveBytes: 0 });
      const outbox = createOutbox({ repository: new DeliveryRepository(store), secretBox });
      const isPlayed = (file: string): boolean => played.includes(basename(file));
      const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor() });
      const options = {
        store,
        repository,
        outbox: {
          enqueue: async (
            ...given: [
              Parameters<typeof outbox.enqueue>[0],
              { cameraId: string; payload: CameraStreamPayload },
            ]
          ) => {
            if (failure !== undefined) throw failure;
            await outbox.enqueue(...given);
          },
        },
        uploads,
        quota: new UploadQuota({ repository, uploads, quotaBytes: QUOTA, isPlayed, log }),
        check: { check: async () => FACTS, expectReady: () => {} },
        now: () => {
          now += 1;
          return now;
        },
      };
      return new CameraStreamService(options);
    };

    const upload = async (cameraId: string, bytes = 1000, at = service) => {
      const uploads = new UploadFolder({ folder, maxBytes: QUOTA, reserveBytes: 0 });
      const staged = await uploads.receive(Readable.from([Buffer.alloc(bytes)]));
      const request = { cameraId, cameraDescription: null, streamType: 'video' } as const;
      return at.addVideo(request, { staged, name: 'clip.mp4' }, ORIGIN);
    };
    const deliver = (...cameraIds: string[]) =>
      store.db
        .updateTable('deliveries')
        .set({ status: 'delivered' })
        .where('camera_id', 'in', cameraIds)
        .execute();
    const cameras = (): string[] =>
      readdirSync(folder)
        .map((name) => name.split('-')[0] as string)
        .sort();
    const fileOf = (cameraId: string): string =>
      readdirSync(folder).find((name) => name.startsWith(`${cameraId}-`)) ?? '';

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'upload-quota-'));
      store = await open();
      now = 1_700_000_000_000;
      played = [];
      failure = undefined;
      service = start();
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    it('is kept by removing the oldest videos that were delivered, and only as many as needed', async () => {
      for (const id of ['a', 'b', 'c']) await upload(id);
      await deliver('a', 'b', 'c');
      await upload('d', 500);
      expect(cameras()).to.deep.equal(['b', 'c', 'd']);
      await upload('e', 1500);
      expect(cameras()).to.deep.equal(['c', 'd', 'e']);
    });

    it('keeps the row of a removed video, marked as such, and answers its address with 410', async () => {
      for (const id of ['a', 'b', 'c']) await upload(id);
      await deliver('a');
      await upload('d');
      const stream = await service.get('a', ORIGIN);
      expect(stream).to.include({ streamType: 'video', videoUrl: null, videoBytes: 1000 });
      expect(Date.parse(stream.videoRemovedAt ?? '')).to.equal(now);
      const gone = await rejection(service.videoFile('a'));
      expect([gone.code, gone.status]).to.deep.equal(['video-removed', 410]);
      expect((await service.get('b', ORIGIN)).videoRemovedAt).to.equal(null);
      await service.remove('a');
      expect((await service.list(ORIGIN)).map(({ cameraId }) => cameraId)).to.deep.equal(['b', 'c', 'd']);
    });

    it('keeps a video with a pending delivery: the next upload gets 507', async () => {
      for (const id of ['a', 'b', 'c']) await upload(id);
      const full = await rejection(upload('d'));
      expect([full.code, full.status, full.extra]).to.deep.equal([
        'upload-quota-full',
        507,
        { quotaBytes: QUOTA },
      ]);
      expect(full.hint).to.include('UPLOAD_QUOTA_MB');
      expect(cameras()).to.deep.equal(['a', 'b', 'c']);
      await deliver('b');
      await upload('d');
      expect(cameras()).to.deep.equal(['a', 'c', 'd']);
    });

    it('takes no video from a camera that plays it', async () => {
      for (const id of ['a', 'b', 'c']) await upload(id);
      await deliver('a', 'b', 'c');
      played = [fileOf('a')];
      await upload('d');
      expect(cameras()).to.deep.equal(['a', 'c', 'd']);
    });

    it('refuses what cannot find room before it comes', async () => {
      for (const id of ['a', 'b']) await upload(id);
      await service.expectUploadPossible(1000);
      expect((await rejection(service.expectUploadPossible(1001))).code).to.equal('upload-quota-full');
      await deliver('a');
      await service.expectUploadPossible(2000);
      expect(cameras()).to.deep.equal(['a', 'b']);
    });

    it('removes nothing for an upload that is refused after all', async () => {
      for (const id of ['a', 'b', 'c']) await upload(id);
      await deliver('a', 'b', 'c');
      failure = new AppError('storage-full', 'full');
      expect((await rejection(upload('d'))).code).to.equal('storage-full');
      expect(cameras()).to.deep.equal(['a', 'b', 'c']);
      expect((await service.list(ORIGIN)).map(({ videoRemovedAt }) => videoRemovedAt)).to.deep.equal([
        null,
        null,
        null,
      ]);
    });

    it('holds for uploads that end at the same time', async () => {
      for (const id of ['a', 'b', 'c']) await upload(id);
      await deliver('a', 'b', 'c');
      await Promise.all(['d', 'e', 'f'].map((id) => upload(id)));
      expect(cameras()).to.deep.equal(['d', 'e', 'f']);
    });

    it('holds for uploads that end at the same time at several gateways', async () => {
      for (const id of ['a', 'b', 'c']) await upload(id);
      await deliver('a', 'b', 'c');
      await Promise.all(['d', 'e', 'f'].map((id) => upload(id, 1000, start())));
      const stored = await store.db
        .selectFrom('camera_streams')
        .select('camera_id')
        .where('video_removed_at', 'is', null)
        .orderBy('camera_id')
        .execute();
      expect(stored.map(({ camera_id }) => camera_id)).to.deep.equal(['d', 'e', 'f']);
    });

    it('is not spent by what a crash kept from being deleted: the next start does it', async () => {
      for (const id of ['a', 'b', 'c']) await upload(id);
      await deliver('a');
      const file = fileOf('a');
      await upload('d');
      writeFileSync(join(folder, file), 'left by a crash');
      await (await start().start()).swept;
      expect(cameras()).to.deep.equal(['b', 'c', 'd']);
    });
  });
});

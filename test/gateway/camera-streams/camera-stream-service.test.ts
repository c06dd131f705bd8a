import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraStreamRepository } from '../../../gateway/camera-streams/camera-stream-repository.ts';
import { CameraStreamService } from '../../../gateway/camera-streams/camera-stream-service.ts';
import { UploadFolder } from '../../../gateway/camera-streams/upload-folder.ts';
import { UploadQuota } from '../../../gateway/camera-streams/upload-quota.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { rejection } from '../../support/errors.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { FACTS, OutboxDouble } from './harness.ts';

const ORIGIN = 'http://gateway.example';
const NOW = Date.parse('2026-01-02T03:04:05.678Z');
const RTSP = {
  cameraId: 'door',
  cameraDescription: null,
  streamType: 'rtsp',
  rtspUrl: ' rtsp://a:secret@192.0.2.7/1 ',
} as const;
const VIDEO = { cameraId: 'yard', cameraDescription: 'Back yard', streamType: 'video' } as const;
const FILE = `yard-${NOW}-clip.mp4`;

describe('CameraStreamService', () => {
  onEveryEngine((open) => {
    let folder: string;
    let store: Store;
    let uploads: UploadFolder;
    let outbox: OutboxDouble;
    let service: CameraStreamService;

    const repositoryWith = (key: number): CameraStreamRepository =>
      new CameraStreamRepository(store.db, createSecretBox(Buffer.alloc(32, key)));

    /** The same database and folder, as after a restart. */
    const start = (key = 1): CameraStreamService =>
      new CameraStreamService({
        store,
        repository: repositoryWith(key),
        outbox,
        uploads,
        quota: new UploadQuota({
          repository: repositoryWith(key),
          uploads,
          quotaBytes: 1_000_000,
          isPlayed: () => false,
          log: createLogger({ name: 'test', level: 'silent', redactor: new Redactor() }),
        }),
        check: { check: async () => FACTS, expectReady: () => {} },
        now: () => NOW,
      });
    const upload = async () => ({
      staged: await uploads.receive(Readable.from([Buffer.alloc(5)])),
      name: 'clip.mp4',
    });
    const files = (): string[] => readdirSync(folder).sort();

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'camera-stream-service-'));
      store = await open();
      uploads = new UploadFolder({ folder, maxBytes: 1000, reserveBytes: 0 });
      outbox = new OutboxDouble();
      service = start();
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    it('remembers streams over a restart', async () => {
      await service.add(RTSP, ORIGIN);
      await service.addVideo(VIDEO, await upload(), ORIGIN);
      const again = start();
      expect(await again.list(ORIGIN)).to.deep.equal(await service.list(ORIGIN));
      expect(await again.get('yard', ORIGIN)).to.deep.equal({
        cameraId: 'yard',
        cameraDescription: 'Back yard',
        streamType: 'video',
        rtspUrl: null,
        videoUrl: `${ORIGIN}/api/camera-streams/yard/video`,
        videoBytes: 5,
        videoRemovedAt: null,
        createdAt: '2026-01-02T03:04:05.678Z',
      });
      expect(await again.videoFile('yard')).to.equal(FILE);
    });

    it('commits stream and delivery together or neither', async () => {
      outbox.failure = new AppError('storage-full', 'full');
      expect((await rejection(service.add(RTSP, ORIGIN))).code).to.equal('storage-full');
      expect((await rejection(service.addVideo(VIDEO, await upload(), ORIGIN))).code).to.equal(
        'storage-full',
      );
      expect([await service.list(ORIGIN), files()]).to.deep.equal([[], []]);
      outbox.failure = undefined;
      await service.add(RTSP, ORIGIN);
      expect(outbox.payloads.map(({ rtsp_url }) => rtsp_url)).to.deep.equal(['rtsp://a:secret@192.0.2.7/1']);
    });

    it('lets one of two at the same time have a camera, its file and its delivery', async () => {
      const both = [await upload(), { ...(await upload()), name: 'other.mp4' }];
      const results = await Promise.allSettled(both.map((video) => service.addVideo(VIDEO, video, ORIGIN)));
      expect(results.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
      expect([files().length, outbox.payloads.length]).to.deep.equal([1, 1]);
      expect(await service.videoFile('yard')).to.equal(files()[0]);
    });

    it('publishes after a crash what was committed, and forgets what was not', async () => {
      await service.addVideo(VIDEO, await upload(), ORIGIN);
      const staged = await uploads.withdraw(FILE);
      expect(staged?.path).to.match(/\.part$/);
      for (const name of ['.lost.incoming', `.other-${NOW}-clip.mp4.part`])
        writeFileSync(join(folder, name), '');
      const { swept } = await start().start();
      await swept;
      expect(files()).to.deep.equal([FILE]);
    });

    it('still lists and deletes a stream whose address was sealed with a key that is lost', async () => {
      await service.add(RTSP, ORIGIN);
      const rekeyed = start(2);
      const [listed] = await rekeyed.list(ORIGIN);
      expect(listed).to.include({ cameraId: 'door', streamType: 'rtsp', rtspUrl: null });
      await rekeyed.remove('door');
      expect(await rekeyed.list(ORIGIN)).to.deep.equal([]);
    });

    it('distinguishes an unknown camera from one whose stream is no upload', async () => {
      await service.add(RTSP, ORIGIN);
      for (const call of [
        service.get('none', ORIGIN),
        service.videoFile('none'),
        service.videoFile('door'),
      ]) {
        expect((await rejection(call)).code).to.equal('camera-stream-not-found');
      }
      expect((await rejection(service.remove('none'))).code).to.equal('camera-stream-not-found');
    });
  });
});

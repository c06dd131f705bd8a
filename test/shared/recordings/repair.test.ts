import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { RecordingFolder } from '#shared/recordings/recording-folder.ts';
import { repairIndex } from '#shared/recordings/repair.ts';
import { parseSegmentName, segmentPath } from '#shared/segment-name.ts';
import { SegmentRepository } from '../../../gateway/recordings/segment-repository.ts';
import { probeVideo } from '../../support/probe-video.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { RecordedCamera } from '../../workers/rtsp/outputs/recording/material.ts';

type RecordedFile = RecordedCamera['files'][number];
const HOUR_MS = 3_600_000;
const signal = new AbortController().signal;

describe('The repair of the index of recordings', () => {
  onEveryEngine((openStore) => {
    let repository: SegmentRepository;
    let yard: RecordedCamera;
    let folder: RecordingFolder;
    const told: object[] = [];
    const log = {
      info: (facts: object) => void told.push(facts),
      warn: (facts: object) => void told.push(facts),
    } as never;
    const repair = (restMs = 0): Promise<boolean> =>
      repairIndex(
        { folder, repository, index: { isOpen: () => false }, keepMsOf: () => HOUR_MS, log, restMs },
        signal,
      );
    const all = () => repository.list('yard', 0, Number.MAX_SAFE_INTEGER, 100);

    beforeEach(async () => {
      repository = new SegmentRepository(await openStore());
      yard = new RecordedCamera();
      folder = new RecordingFolder(yard.folder);
      yard.recorder.apply({ cameraId: 'yard', isContinuous: true, ringSeconds: 0 });
      yard.camera.begin({ hasSound: true });
      await yard.camera.play(25);
      await yard.recorder.close();
    });
    it('finds the same in the files as the recorder told', async () => {
      await repair();
      const found = await all();
      expect(found.map(({ codecs: _, ...rest }) => rest)).to.deep.equal(
        yard.segments.map(({ codecs: _, ...rest }) => rest),
      );
    });

    it('cuts off what was not written whole, and keeps the rest', async () => {
      const file = yard.files[0] as RecordedFile;
      writeFileSync(file.path, file.bytes.subarray(0, file.bytes.length - 100));
      await repair();
      const [first] = await all();
      expect((first?.endedAt ?? 0) - (first?.startedAt ?? 0)).to.equal(9000);
      const bytes = readFileSync(file.path);
      expect(bytes.length).to.equal(first?.bytes);
      expect((await probeVideo(bytes)).complaints).to.equal('');
    });

    it('removes a file that holds no picture, and forgets one that is gone', async () => {
      await repair();
      const [first, second] = yard.files as unknown as [RecordedFile, RecordedFile];
      rmSync(first.path);
      const empty = segmentPath(yard.folder, 'yard', '2026-11-30T11-00-00.000Z.off.mp4');
      mkdirSync(dirname(empty), { recursive: true });
      writeFileSync(empty, '');
      await repair();
      expect((await all()).map(({ file }) => file)[0]).to.equal(second.name);
      expect(yard.files.map(({ name: file }) => file)).to.deep.equal((await all()).map(({ file }) => file));
    });

    it('leaves a file alone that may still be written, and says that it has to come back', async () => {
      expect(await repair(60_000)).to.equal(true);
      expect(await all()).to.deep.equal([]);
      for (const { path } of yard.files) utimesSync(path, new Date(0), new Date(0));
      expect(await repair(60_000)).to.equal(false);
      expect((await all()).length).to.equal(3);
    });

    it('touches nothing that is not a segment', async () => {
      const stranger = segmentPath(yard.folder, 'yard', '2026-11-30 notes.txt');
      mkdirSync(dirname(stranger), { recursive: true });
      writeFileSync(stranger, 'mine');
      await repair();
      expect(readFileSync(stranger, 'utf8')).to.equal('mine');
      expect(parseSegmentName('2026-11-30 notes.txt')).to.equal(undefined);
    });
  });
});

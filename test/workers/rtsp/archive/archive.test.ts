import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Archive } from '../../../../workers/rtsp/archive/archive.ts';
import { rejection } from '../../../support/errors.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { RecordedCamera } from '../outputs/recording/material.ts';

const HOUR_MS = 3_600_000;
const GIB = 2 ** 30;
const ALL = { cameraId: 'yard', from: 0, to: Number.MAX_SAFE_INTEGER };
const YARD = { cameraId: 'yard', isContinuous: true, ringSeconds: 0, keepMs: HOUR_MS };
const log = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} } as never;

describe('The archive of a worker', () => {
  let yard: RecordedCamera;
  let archive: Archive;
  let told: number;

  const open = (quotaBytes = GIB): Archive => Archive.open({ folder: yard.folder, quotaBytes, log });
  /** Hands on what the recorder told since the last time. */
  const hear = async (count: number): Promise<void> => {
    for (const message of yard.messages.slice(told)) archive.take(message);
    told = yard.messages.length;
    await waitFor(async () => (await archive.list(ALL, 100)).length === count);
  };

  beforeEach(async () => {
    yard = new RecordedCamera();
    // What is older than its hours is removed.
    yard.camera.wall = Date.now() - 60_000;
    told = 0;
    archive = open();
    await archive.apply([YARD]);
    yard.recorder.apply(YARD);
    yard.camera.begin();
    await yard.camera.play(25);
    await yard.recorder.settled();
  });
  afterEach(async () => {
    await yard.recorder.close();
    await archive.close();
  });

  it('knows what is written, closed or not, and joins what follows to one span', async () => {
    await hear(3);
    const [span, ...others] = await archive.spans(ALL);
    expect(others).to.deep.equal([]);
    expect((span?.endedAt ?? 0) - (span?.startedAt ?? 0)).to.be.within(23_000, 25_000);
    const { cameras, bytes } = await archive.summary();
    expect(cameras[0]).to.include({ cameraId: 'yard', segments: 2 });
    expect(bytes).to.be.greaterThan(cameras[0]?.bytes ?? 0);
  });

  it('says where the samples of a time are in a file, from a keyframe on', async () => {
    await hear(3);
    const [segment] = await archive.list(ALL, 100);
    const { startedAt, file } = segment as { startedAt: number; file: string };
    const range = { cameraId: 'yard', from: startedAt + 2500, to: startedAt + 4000 };
    const { fragments, init } = await archive.fragments(range, file);
    expect(fragments.map((fragment) => fragment.startedAt - startedAt)).to.deep.equal([2000, 3000]);
    expect(Buffer.from(init, 'base64').toString('latin1', 4, 8)).to.equal('ftyp');
    const error = await rejection(archive.fragments(range, '../../secret'));
    expect(error).to.include({ code: 'recording-not-found' });
  });

  it('is the same after its process was killed', async () => {
    await hear(3);
    const before = await archive.list(ALL, 100);
    const another = open();
    const closed = before.slice(0, 2);
    expect(await another.list(ALL, 100)).to.deep.equal(closed);
    await another.close();
  });

  for (const [what, damage] of [
    ['lost', (file: string) => rmSync(file)],
    ['damaged', (file: string) => writeFileSync(file, 'no database')],
  ] as const)
    it(`is made anew from the files where its index is ${what}`, async () => {
      await hear(3);
      await yard.recorder.close();
      await hear(3);
      const before = await archive.list(ALL, 100);
      await archive.close();
      for (const name of readdirSync(yard.folder).filter((name) => name.startsWith('.index.sqlite')))
        damage(join(yard.folder, name));
      for (const { path } of yard.files) utimesSync(path, new Date(0), new Date(0));
      archive = open();
      await waitFor(async () => (await archive.list(ALL, 100)).length === 3);
      const found = await archive.list(ALL, 100);
      expect(found.map(({ codecs: _, ...rest }) => rest)).to.deep.equal(
        before.map(({ codecs: _, ...rest }) => rest),
      );
    });

  it('removes the oldest above its quota, what clips of events need last', async () => {
    await yard.recorder.close();
    await hear(3);
    const [first, second, third] = await archive.list(ALL, 100);
    const { startedAt: from, endedAt: to } = first as { startedAt: number; endedAt: number };
    archive.keepClip({
      id: 'e1',
      cameraId: 'yard',
      from: from + 10,
      to: to - 10,
      keepUntil: Date.now() + HOUR_MS,
    });
    await archive.close();
    archive = open((first?.bytes ?? 0) + (third?.bytes ?? 0));
    await waitFor(async () => (await archive.list(ALL, 100)).length === 2);
    expect((await archive.list(ALL, 100)).map(({ file }) => file)).to.deep.equal([first?.file, third?.file]);
    expect(yard.files.map(({ name }) => name)).to.not.include(second?.file);
  });

  it('keeps what is recorded already for as long as it is told now, and clips for their own time', async () => {
    yard.camera.wall -= 10 * HOUR_MS;
    yard.camera.begin();
    await yard.camera.play(12);
    await yard.recorder.close();
    await archive.apply([{ ...YARD, keepMs: 20 * HOUR_MS }]);
    await hear(5);
    const [oldest] = await archive.list(ALL, 100);
    const { startedAt: from, file } = oldest as { startedAt: number; file: string };
    archive.keepClip({ id: 'e1', cameraId: 'yard', from, to: from + 1000, keepUntil: Date.now() + HOUR_MS });
    await archive.apply([YARD]);
    await archive.close();
    archive = open();
    await waitFor(async () => (await archive.list(ALL, 100)).length === 4);
    expect((await archive.list(ALL, 100))[0]?.file).to.equal(file);
  });

  it('removes a time, files and all; what is being written goes when it is closed', async () => {
    await hear(3);
    expect((await archive.remove(ALL)).segments).to.equal(2);
    await yard.recorder.close();
    for (const message of yard.messages.slice(told)) archive.take(message);
    await waitFor(async () => (await archive.list(ALL, 100)).length === 0);
    await waitFor(() => !readdirSync(yard.folder).includes('yard'));
  });
});

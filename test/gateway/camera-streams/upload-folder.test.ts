import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { type StagedFile, UploadFolder } from '../../../gateway/camera-streams/upload-folder.ts';
import { rejection } from '../../support/errors.ts';

const MIB = 1024 * 1024;

describe('UploadFolder', () => {
  let parent: string;
  let folder: string;
  const open = (
    options: { maxBytes?: number; reserveBytes?: number; freeBytes?: () => Promise<number> } = {},
  ) => new UploadFolder({ folder, maxBytes: 1000, reserveBytes: 0, ...options });
  const files = (): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);
  const bytes = (count: number): Readable => Readable.from([Buffer.alloc(count, 1)]);

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'upload-folder-'));
    folder = join(parent, 'uploads');
  });

  afterEach(() => rmSync(parent, { recursive: true }));

  it('S14, S26: shows a file only once it is published, readable by its owner only', async () => {
    const uploads = open();
    const staged = await uploads.receive(Readable.from([Buffer.from('first '), Buffer.from('second')]));
    expect(files()).to.have.lengthOf(1);
    expect(files()[0]).to.match(/^\..+\.incoming$/);
    await staged.stageAs('1-0-clip.mp4');
    expect(files()).to.deep.equal(['.1-0-clip.mp4.part']);
    await staged.publish();
    expect(files()).to.deep.equal(['1-0-clip.mp4']);
    expect(readFileSync(uploads.pathOf('1-0-clip.mp4'), 'utf8')).to.equal('first second');
    expect(statSync(uploads.pathOf('1-0-clip.mp4')).mode & 0o777).to.equal(0o600);
    expect(staged.bytes).to.equal(12);
  });

  it('takes a file of exactly the limit, and leaves nothing of one that is larger', async () => {
    const uploads = open({ maxBytes: 1000 });
    await (await uploads.receive(bytes(1000))).discard();
    expect((await rejection(uploads.receive(bytes(1001)))).code).to.equal('upload-too-large');
    expect(files()).to.deep.equal([]);
  });

  it('F42: leaves nothing when the content breaks off or the disk is full', async () => {
    const uploads = open();
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('gone');
      })(),
    );
    expect(await uploads.receive(broken).catch((error: Error) => error.message)).to.equal('gone');
    const full = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      })(),
    );
    const error = await rejection(uploads.receive(full));
    expect(error).to.include({ code: 'storage-full', retryAfter: 60 });
    expect(files()).to.deep.equal([]);
  });

  it('F42: leaves nothing of an upload that broke off before its file was made', async () => {
    for (const breakOff of [process.nextTick, setImmediate, (run: () => void) => run()]) {
      const content = new Readable({ read: () => {} }).on('error', () => {});
      const freeBytes = async (): Promise<number> => {
        breakOff(() => content.destroy(new Error('gone')));
        return MIB;
      };
      const received = Array.from({ length: 50 }, () =>
        open({ freeBytes })
          .receive(content)
          .catch(() => 'failed'),
      );
      expect(await Promise.all(received)).to.deep.equal(Array(50).fill('failed'));
    }
    expect(files()).to.deep.equal([]);
  });

  it('F42: keeps its hands off the reserve, also when the space shrinks while a file comes', async () => {
    let free = 100 * MIB;
    const uploads = open({ maxBytes: 500 * MIB, reserveBytes: 50 * MIB, freeBytes: async () => free });
    await uploads.expectSpace(50 * MIB);
    expect((await rejection(uploads.expectSpace(50 * MIB + 1))).code).to.equal('storage-full');
    const chunks = Readable.from(
      (function* () {
        for (let index = 0; index < 40; index += 1) {
          free -= 2 * MIB;
          yield Buffer.alloc(MIB);
        }
      })(),
    );
    expect((await rejection(uploads.receive(chunks))).code).to.equal('storage-full');
    expect(files()).to.deep.equal([]);
  });

  it('knows the free space of the file system it is on', async () => {
    await open({ reserveBytes: 1 }).expectSpace();
    expect((await rejection(open({ reserveBytes: 2 ** 60 }).expectSpace())).code).to.equal('storage-full');
  });

  it('clears away what a crash left, finishes what a row names, and touches nothing else', async () => {
    const uploads = open();
    await uploads.leftovers();
    for (const name of ['.a.incoming', '.1-0-lost.mp4.part', '.2-0-kept.mp4.part', '3-0-old.mp4', 'README']) {
      writeFileSync(uploads.pathOf(name), name);
    }
    const leftovers = await uploads.leftovers();
    const late = await uploads.receive(bytes(1));
    await uploads.sweep(leftovers, async (name) => name === '2-0-kept.mp4');
    await late.discard();
    expect(files()).to.deep.equal(['2-0-kept.mp4', '3-0-old.mp4', 'README']);
  });

  it('hides a file that is to be deleted, so that it can come back', async () => {
    const uploads = open();
    const staged = await uploads.receive(bytes(1));
    await staged.stageAs('1-0-a.mp4');
    await staged.publish();
    const hidden = (await uploads.withdraw('1-0-a.mp4')) as StagedFile;
    expect(files()).to.deep.equal(['.1-0-a.mp4.part']);
    await hidden.publish();
    expect(files()).to.deep.equal(['1-0-a.mp4']);
    await (await uploads.withdraw('1-0-a.mp4'))?.discard();
    expect(files()).to.deep.equal([]);
    expect(await uploads.withdraw('1-0-a.mp4')).to.equal(undefined);
  });

  it('S15: stays inside its folder for any requested name', () => {
    const uploads = open();
    for (const name of ['../gateway.db', '/etc/passwd', 'a/../../b']) {
      expect(uploads.pathOf(name).startsWith(`${folder}/`), name).to.equal(true);
    }
  });
});

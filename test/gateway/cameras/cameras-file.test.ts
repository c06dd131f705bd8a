import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redactor } from '#shared/redact.ts';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import { CameraRepository } from '../../../gateway/cameras/camera-repository.ts';
import { CamerasFile, parseCamerasFile } from '../../../gateway/cameras/cameras-file.ts';
import { CameraRegistry } from '../../../gateway/cameras/registry.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { rejection } from '../../support/errors.ts';
import { silentLog } from '../../support/serve.ts';
import { openSqlite } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';

const GATE = '- { id: gate, name: Gate, url: "rtsp://admin:secret-of-gate@10.0.0.9/1" }\n';

describe('parseCamerasFile', () => {
  it('reads a list, or a list under `cameras`, or an empty file', async () => {
    const listed = await parseCamerasFile(GATE);
    expect(listed).to.have.length(1);
    expect(await parseCamerasFile(`cameras:\n  ${GATE}`)).to.deep.equal(listed);
    expect(await parseCamerasFile('')).to.deep.equal([]);
  });

  it('names the camera and the field, or the line, at fault', async () => {
    const messageOf = async (text: string): Promise<string> =>
      (await rejection(parseCamerasFile(text))).message;
    expect(await messageOf(`${GATE}- { id: yard, ip: "no host" }`)).to.match(/^cameras\.1: ip must be/);
    expect(await messageOf(`${GATE}- { ip: 10.0.0.1 }`)).to.include('cameras.1: Missing required fields: id');
    expect(await messageOf(`${GATE}${GATE}`)).to.include('gate is named twice');
    expect(await messageOf('cameras: 5')).to.equal('cameras must be a list');
    expect(await messageOf('- { id: gate,\n- x')).to.match(/line 2/);
  });

  it('quotes no line of a broken file, which may hold a password', async () => {
    const { code, message } = await rejection(parseCamerasFile('- { id: a, password: canary ]'));
    expect(code).to.equal('invalid-field');
    expect(message).to.not.include('canary');
  });
});

describe('CamerasFile', () => {
  let folder: string;
  let file: string;
  let store: Store;
  let directory: CameraDirectory;
  let registry: CameraRegistry;
  let watched: CamerasFile;
  const folders: string[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cameras-file-'));
    folders.push(folder);
    file = join(folder, 'cameras.yaml');
    store = await openSqlite(folders);
    directory = new CameraDirectory(100, new Redactor());
    const log = silentLog;
    const repository = new CameraRepository(createSecretBox(Buffer.alloc(32, 1)));
    const videos = { fileOf: async () => undefined };
    registry = new CameraRegistry({ store, repository, directory, videos, log });
    registry.start();
    await registry.whenLoaded();
    watched = new CamerasFile({ file, registry, log, pollMs: 20 });
  });
  afterEach(async () => {
    await watched.close();
    await registry.close();
    await store.close();
  });
  after(() => {
    for (const path of folders) rmSync(path, { recursive: true, force: true });
  });

  const ids = () => directory.list().map(({ id }) => id);

  it('is loaded at start and taken up again after an edit, however the editor saves', async () => {
    writeFileSync(file, GATE);
    watched.start();
    await waitFor(() => ids().join() === 'gate');
    writeFileSync(`${file}.new`, `${GATE}- { id: yard, ip: 10.0.0.10 }\n`);
    renameSync(`${file}.new`, file);
    await waitFor(() => ids().join() === 'gate,yard');
    writeFileSync(file, '- { id: yard, ip: 10.0.0.10, name: Yard }\n');
    await waitFor(() => ids().join() === 'yard' && directory.get('yard').name === 'Yard');
    expect(watched.status).to.include({ cameras: 1, error: null });
  });

  it('ignores an invalid edit, says so, and recovers with the next valid one', async () => {
    writeFileSync(file, GATE);
    watched.start();
    await waitFor(() => ids().join() === 'gate');
    writeFileSync(file, '- { id: yard }\n');
    await waitFor(() => watched.status.error !== null);
    expect(ids()).to.deep.equal(['gate']);
    expect(watched.status.error).to.include('cameras.0');
    writeFileSync(file, `${GATE}- { id: yard, ip: 10.0.0.10 }\n`);
    await waitFor(() => ids().join() === 'gate,yard');
    expect(watched.status.error).to.equal(null);
  });

  it('waits for a file that is not there yet', async () => {
    watched.start();
    await waitFor(() => watched.status.error !== null);
    writeFileSync(file, GATE);
    await waitFor(() => ids().join() === 'gate');
  });

  it('alone changes its cameras, and leaves those of the API alone', async () => {
    await registry.create({ id: 'mine', ip: '10.0.0.1' });
    writeFileSync(file, GATE);
    watched.start();
    await waitFor(() => ids().join() === 'gate,mine');
    expect((await rejection(registry.update('gate', { name: 'x' }))).code).to.equal('camera-from-file');
    expect((await rejection(registry.remove('gate'))).code).to.equal('camera-from-file');
    writeFileSync(file, '- { id: mine, ip: 10.0.0.2 }\n');
    await waitFor(() => watched.status.error !== null);
    expect(ids()).to.deep.equal(['gate', 'mine']);
  });
});

import { expect } from 'chai';
import { type MainSource, urlWithCredentials } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import { CameraRepository } from '../../../gateway/cameras/camera-repository.ts';
import { viewCamera } from '../../../gateway/cameras/camera-view.ts';
import { CameraRegistry } from '../../../gateway/cameras/registry.ts';
import { exportCameras, importCameras } from '../../../gateway/cameras/registry-transfer.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { asRtsp, cameraSource } from '../../support/camera-source.ts';
import { rejection } from '../../support/errors.ts';
import { rectangle } from '../../support/polygons.ts';
import { silentLog } from '../../support/serve.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';

const PASSWORD = 'p@ss:w/rd#1';
const log = silentLog;

describe('The camera registry', () => {
  onEveryEngine((open) => {
    let store: Store;
    let opened: CameraRegistry[];

    beforeEach(async () => {
      store = await open();
      opened = [];
    });
    afterEach(async () => {
      for (const registry of opened) await registry.close();
    });

    async function start(
      key = Buffer.alloc(32, 1),
      refreshMs = 60_000,
      limit = 100,
    ): Promise<{ registry: CameraRegistry; directory: CameraDirectory }> {
      const directory = new CameraDirectory(limit, new Redactor());
      const videos = {
        fileOf: async (id: string) => (id === 'clip' ? '/data/uploads/clip.mp4' : undefined),
      };
      const repository = new CameraRepository(createSecretBox(key));
      const expectAgent = (agent: string): void => {
        if (agent !== 'home')
          throw new AppError('invalid-field', `agent: there is no agent ${agent}`, { field: 'agent' });
      };
      const options = { store, repository, directory, videos, expectAgent, log, refreshMs };
      const registry = new CameraRegistry(options);
      opened.push(registry);
      registry.start();
      await registry.whenLoaded();
      return { registry, directory };
    }

    const passwordOf = (directory: CameraDirectory, id: string) => asRtsp(directory.get(id).source)?.password;

    it('refuses the name of no agent, and lets a camera of an agent that was removed be changed', async () => {
      const { registry } = await start();
      const url = 'rtsp://192.0.2.1/1';
      const unknown = await rejection(registry.create({ id: 'a', url, agent: 'hom' }));
      expect(unknown).to.include({ code: 'invalid-field', field: 'agent' });
      await registry.create({ id: 'a', url });
      expect(await rejection(registry.update('a', { agent: 'hom' }))).to.include({ field: 'agent' });
      await registry.update('a', { agent: 'home' });
      // As if another gateway had removed the agent since.
      await store.db.updateTable('cameras').set({ agent: 'gone' }).execute();
      const later = await start();
      expect((await later.registry.update('a', { name: 'Yard' })).agent).to.equal('gone');
    });

    it('keeps a camera over restarts, its password and all', async () => {
      const first = await start();
      await first.registry.create({ id: 'gate', name: 'Gate', ip: '10.0.0.9', password: PASSWORD });
      const { directory } = await start();
      expect(directory.get('gate')).to.deep.equal(first.directory.get('gate'));
      expect(passwordOf(directory, 'gate')).to.equal(PASSWORD);
    });

    it('stores as many cameras as an operator likes, and has room for those that are switched on', async () => {
      const { registry, directory } = await start(undefined, undefined, 1);
      const add = (id: string, enabled: boolean) =>
        registry.create({ id, enabled, url: `rtsp://10.0.0.9/${id}` });
      await add('off', false);
      await add('on', true);
      await add('spare', false);
      for (const refused of [add('second', true), registry.update('spare', { enabled: true })])
        expect((await rejection(refused)).code).to.equal('too-many-requests');
      expect((await registry.all()).map(({ id }) => id)).to.have.members(['off', 'on', 'spare']);
      await registry.update('on', { name: 'Renamed' });
      const all = await exportCameras(registry, true);
      const swapped = all.cameras.map((camera) => ({ ...camera, enabled: camera.id === 'spare' }));
      await importCameras(registry, { ...all, cameras: swapped });
      expect(directory.wanted().map(({ id }) => id)).to.deep.equal(['spare']);
    });

    it('stores no password that could be read', async () => {
      const { registry } = await start();
      await registry.create({ id: 'gate', url: `rtsp://admin:${PASSWORD}@10.0.0.9/1` });
      const rows = JSON.stringify(await store.db.selectFrom('cameras').selectAll().execute());
      expect(rows).to.include('10.0.0.9').and.not.include(PASSWORD);
    });

    describe('of a camera that wants its password in its path', () => {
      const PATH = '/live?user=admin&password=C4mQuery&token=T0kenOfMine';
      const MASKED = '/live?user=admin&password=***&token=***';
      const pathOf = (directory: CameraDirectory) => asRtsp(directory.get('reo').source)?.path;

      it('stores the path encrypted, and keeps it over restarts', async () => {
        const { registry } = await start();
        await registry.create({ id: 'reo', url: `rtsp://10.0.0.9${PATH}` });
        const rows = JSON.stringify(await store.db.selectFrom('cameras').selectAll().execute());
        expect(rows)
          .to.include(MASKED)
          .and.not.match(/C4mQuery|T0kenOfMine/);
        expect(pathOf((await start()).directory)).to.equal(PATH);
      });

      it('encrypts what an earlier version stored in clear', async () => {
        const { registry } = await start();
        await registry.create({ id: 'reo', url: `rtsp://10.0.0.9${PATH}` });
        const { source } = await store.db.selectFrom('cameras').select('source').executeTakeFirstOrThrow();
        const clear = source.replace(MASKED, PATH);
        await store.db.updateTable('cameras').set({ source: clear, sealed_path: null }).execute();
        const { directory } = await start();
        expect(pathOf(directory)).to.equal(PATH);
        const rows = JSON.stringify(await store.db.selectFrom('cameras').selectAll().execute());
        expect(rows).not.to.match(/C4mQuery|T0kenOfMine/);
      });

      it('keeps what a client sends back masked, and sends it to no other host', async () => {
        const { registry, directory } = await start();
        await registry.create({ id: 'reo', url: `rtsp://10.0.0.9${PATH}` });
        await registry.update('reo', { streamPath: MASKED.replace('/live', '/sub') });
        expect(pathOf(directory)).to.equal(PATH.replace('/live', '/sub'));
        for (const change of [
          { ip: '10.0.0.10' },
          { port: 8554 },
          { ip: '10.0.0.10', streamPath: MASKED },
          { url: `rtsp://10.0.0.10${MASKED}` },
        ])
          expect((await rejection(registry.update('reo', change))).field).to.equal('streamPath');
        const written = { url: 'rtsp://10.0.0.10/live?password=another-one' };
        await registry.update('reo', written);
        expect(pathOf(directory)).to.equal('/live?password=another-one');
      });

      it('shows it in an export with the key alone, and takes an export without it back', async () => {
        const { registry, directory } = await start();
        await registry.create({ id: 'reo', url: `rtsp://10.0.0.9${PATH}` });
        const shown = await exportCameras(registry, false);
        expect(JSON.stringify(shown))
          .to.include('"hasPassword":true')
          .and.not.match(/C4mQuery|T0kenOfMine/);
        expect(JSON.stringify(await exportCameras(registry, true))).to.include(PATH);
        await importCameras(registry, shown);
        expect(pathOf(directory)).to.equal(PATH);
      });
    });

    describe('of a camera with a sub stream and still pictures', () => {
      const CAMERA = {
        id: 'gate',
        url: `rtsp://admin:${PASSWORD}@10.0.0.9/1`,
        subUrl: 'rtsp://10.0.0.9/2?token=T0kenOfMine',
        stillUrl: 'http://admin:St1llSecret@10.0.0.9/shot.jpg',
      };
      const further = (directory: CameraDirectory) => {
        const { sub, still } = asRtsp(directory.get('gate').source) as MainSource;
        return [sub, still].map((source) => source && urlWithCredentials(source));
      };
      const STORED = [
        'rtsp://10.0.0.9:554/2?token=T0kenOfMine',
        'http://admin:St1llSecret@10.0.0.9:80/shot.jpg',
      ];

      it('keeps them over restarts, sealed, and shows them masked', async () => {
        const { registry } = await start();
        const known = await registry.create(CAMERA);
        const { subUrl, stillUrl } = viewCamera(known);
        expect([subUrl, stillUrl]).to.deep.equal([
          'rtsp://10.0.0.9:554/2?token=***',
          'http://admin:***@10.0.0.9:80/shot.jpg',
        ]);
        const rows = JSON.stringify(await store.db.selectFrom('cameras').selectAll().execute());
        expect(rows).not.to.match(/T0kenOfMine|St1llSecret/);
        expect(further((await start()).directory)).to.deep.equal(STORED);
      });

      it('changes and removes them one by one, and keeps what comes back as it was shown', async () => {
        const { registry, directory } = await start();
        await registry.create(CAMERA);
        const { subUrl } = viewCamera(directory.get('gate'));
        await registry.update('gate', { subUrl, stillUrl: null });
        expect(further(directory)).to.deep.equal([STORED[0], undefined]);
        await registry.update('gate', { ip: '10.0.0.7', password: PASSWORD });
        expect(further(directory)).to.deep.equal([STORED[0], undefined]);
        await registry.update('gate', { subUrl: 'http://10.0.0.7/sub' });
        expect(further(directory)).to.deep.equal(['http://10.0.0.7:80/sub', undefined]);
        const masked = await rejection(registry.update('gate', { subUrl: 'rtsp://admin:***@10.0.0.66/2' }));
        expect([masked.code, masked.field]).to.deep.equal(['invalid-field', 'subUrl']);
      });

      it('comes back from its own export, passwords only where they were asked for', async () => {
        const { registry, directory } = await start();
        await registry.create(CAMERA);
        const shown = await exportCameras(registry, false);
        expect(JSON.stringify(shown)).not.to.match(/T0kenOfMine|St1llSecret/);
        await importCameras(registry, shown);
        expect(further(directory)).to.deep.equal(STORED);
        const whole = await exportCameras(registry, true);
        await registry.remove('gate');
        await importCameras(registry, whole);
        expect(further(directory)).to.deep.equal(STORED);
      });

      it('refuses what cannot be one, naming the field', async () => {
        const { registry } = await start();
        const field = async (change: object) =>
          (await rejection(registry.create({ ...CAMERA, ...change }))).field;
        expect(await field({ subUrl: 'ftp://10.0.0.9/' })).to.equal('subUrl');
        expect(await field({ stillUrl: 'rtsp://10.0.0.9/1' })).to.equal('stillUrl');
        expect(await field({ url: undefined, video: 'clip' })).to.equal('subUrl');
      });
    });

    describe('of a camera with zones', () => {
      const ZONES = [
        { name: 'Gate', polygon: rectangle(0, 0.5, 0.5, 0.5) },
        { name: 'Street', polygon: rectangle(0.5, 0, 0.5, 1) },
      ];
      const CROSSED = [
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
      ];

      it('keeps them over restarts, and through changes that do not name them', async () => {
        const { registry } = await start();
        await registry.create({ id: 'gate', ip: '10.0.0.9', zones: ZONES });
        await registry.update('gate', { analysis: { motion: true, motionAreas: [ZONES[0]?.polygon] } });
        const { directory } = await start();
        expect(viewCamera(directory.get('gate')).zones).to.deep.equal(ZONES);
        expect(directory.get('gate').analysis.motionAreas).to.deep.equal([ZONES[0]?.polygon]);
        await registry.update('gate', { zones: [] });
        expect(viewCamera((await start()).directory.get('gate')).zones).to.deep.equal([]);
      });

      it('takes them from its own export', async () => {
        const { registry } = await start();
        await registry.create({ id: 'gate', ip: '10.0.0.9', zones: ZONES });
        const exported = await exportCameras(registry, false);
        await registry.remove('gate');
        await importCameras(registry, exported);
        expect((await registry.all())[0]?.zones).to.deep.equal(ZONES);
      });

      it('keeps those of a camera that is only connected while it is', async () => {
        const { registry, directory } = await start();
        const source = cameraSource();
        directory.put({ id: 'gate', name: 'Gate', location: '', source, origin: 'connected' });
        await registry.update('gate', { zones: ZONES });
        expect(viewCamera(directory.get('gate')).zones).to.deep.equal(ZONES);
      });

      it('refuses what cannot be one, naming the field, and changes nothing', async () => {
        const { registry, directory } = await start();
        await registry.create({ id: 'gate', ip: '10.0.0.9', zones: ZONES });
        const gate = { name: 'Gate', polygon: rectangle(0, 0, 1, 1) };
        const refused: [object, string][] = [
          [{ zones: [{ ...gate, polygon: CROSSED }] }, 'zones.0.polygon'],
          [{ zones: [{ ...gate, polygon: CROSSED.slice(0, 2) }] }, 'zones.0.polygon'],
          [
            { zones: [{ ...gate, polygon: Array.from({ length: 65 }, (_, x) => [x / 65, 0]) }] },
            'zones.0.polygon',
          ],
          [{ zones: [{ ...gate, polygon: rectangle(0.5, 0, 0.6, 1) }] }, 'zones.0.polygon.1.0'],
          [{ zones: [gate, { ...gate, name: ' gate ' }] }, 'zones.1.name'],
          [{ zones: [{ ...gate, name: '  ' }] }, 'zones.0.name'],
          [{ zones: [{ ...gate, colour: 'red' }] }, 'colour'],
          [{ zones: Array.from({ length: 17 }, (_, index) => ({ ...gate, name: `${index}` })) }, 'zones'],
          [{ analysis: { masks: [CROSSED] } }, 'analysis.masks.0'],
          [{ analysis: { motionAreas: [rectangle(0, 0, 1, 1), CROSSED] } }, 'analysis.motionAreas.1'],
        ];
        for (const [changes, field] of refused)
          expect((await rejection(registry.update('gate', changes))).field).to.equal(field);
        expect(viewCamera(directory.get('gate')).zones).to.deep.equal(ZONES);
      });

      it('reads a mask of an earlier version whose sides cross', async () => {
        const { registry } = await start();
        await registry.create({ id: 'gate', ip: '10.0.0.9' });
        const analysis = { motion: true, persons: false, faces: false, masks: [CROSSED] };
        await store.db
          .updateTable('cameras')
          .set({ analysis: JSON.stringify(analysis) })
          .execute();
        expect((await start()).directory.get('gate').analysis).to.deep.equal(analysis);
      });
    });

    it('says that it could not be read yet rather than pass for empty', async () => {
      const directory = new CameraDirectory(100, new Redactor());
      const registry = new CameraRegistry({
        store: { ...store, whenReady: () => new Promise(() => {}) },
        repository: new CameraRepository(createSecretBox(Buffer.alloc(32, 1))),
        directory,
        videos: { fileOf: async () => undefined },
        log,
        loadPatienceMs: 5,
      });
      registry.start();
      expect((await rejection(registry.expectLoaded())).code).to.equal('storage-unavailable');
      const { registry: loaded } = await start();
      await loaded.expectLoaded();
    });

    it('gives a camera without an id the next free number', async () => {
      const { registry } = await start();
      await registry.create({ id: 7, ip: '10.0.0.9' });
      const camera = await registry.create({ ip: '10.0.0.10', name: 'Yard' });
      expect([camera.id, camera.name]).to.deep.equal(['8', 'Yard']);
    });

    it('gives no number of a camera that is gone while its events are kept, nor one of the demo', async () => {
      const { registry, directory } = await start();
      directory.put({ id: '4', name: 'Side', location: '', source: cameraSource(), origin: 'demo' });
      expect((await registry.create({ ip: '10.0.0.10' })).id).to.equal('5');
      await registry.remove('5');
      const event = { ...{ id: 'e1', sequence: 1, change: 1, kind: 'motion', label: 'motion', score: null } };
      const times = { started_at: 1, updated_at: 1, ended_at: 2 };
      const row = { ...event, ...times, camera_id: '5', data: '{}', has_snapshot: 0, zones: '' };
      await store.db.insertInto('events').values(row).execute();
      expect((await registry.create({ ip: '10.0.0.11' })).id).to.equal('6');
    });

    it('finds numbers for cameras that several gateways on one database add at the same moment', async () => {
      const gateways = [await start(), await start(), await start()];
      const added = await Promise.all(
        gateways.map(({ registry }, index) => registry.create({ url: `rtsp://10.0.0.9/${index}` })),
      );
      expect(added.map(({ id }) => id).sort()).to.deep.equal(['1', '2', '3']);
      expect(await gateways[0]?.registry.all()).to.have.length(3);
    });

    it('refuses a taken id, and an address that is none, and changes nothing', async () => {
      const { registry, directory } = await start();
      await registry.create({ id: 'gate', ip: '10.0.0.9' });
      const failures = [
        await rejection(registry.create({ id: 'gate', ip: '10.0.0.10' })),
        await rejection(registry.create({ id: 'yard', ip: 'not a host' })),
        await rejection(registry.create({ id: 'yard', url: 'ftp://10.0.0.9/' })),
        await rejection(registry.create({ id: 'yard' })),
        await rejection(registry.create({ id: 'yard', ip: '10.0.0.9', colour: 'red' })),
        await rejection(registry.create({ id: 'yard', ip: '10.0.0.9', url: 'rtsp://10.0.0.9/' })),
        await rejection(registry.create({ id: 'yard', video: 'unknown' })),
      ];
      expect(failures.map(({ code, field }) => `${code} ${field}`)).to.deep.equal([
        'camera-exists id',
        'invalid-field ip',
        'invalid-field url',
        'missing-field url',
        'invalid-field colour',
        'invalid-field ip',
        'invalid-field video',
      ]);
      expect(directory.list().map(({ id }) => id)).to.deep.equal(['gate']);
    });

    it('plays an uploaded video as a camera', async () => {
      const { registry } = await start();
      const camera = await registry.create({ id: 'film', video: 'clip' });
      expect(camera.source).to.deep.equal({ kind: 'video', file: '/data/uploads/clip.mp4' });
    });

    it('changes what is named and nothing else', async () => {
      const { registry, directory } = await start();
      await registry.create({ id: 'gate', name: 'Gate', ip: '10.0.0.9', password: PASSWORD });
      await registry.update('gate', { location: 'North', streamPath: 'low', enabled: false });
      expect(directory.get('gate')).to.include({ name: 'Gate', location: 'North', enabled: false });
      expect(asRtsp(directory.get('gate').source)).to.include({ path: '/low', password: PASSWORD });
    });

    it('never takes a stored password to another address', async () => {
      const { registry, directory } = await start();
      await registry.create({ id: 'gate', ip: '10.0.0.9', password: PASSWORD });
      for (const change of [{ ip: '6.6.6.6' }, { url: 'rtsp://6.6.6.6/1' }, { port: 8554 }]) {
        const { code, field } = await rejection(registry.update('gate', change));
        expect([code, field]).to.deep.equal(['invalid-field', 'password']);
      }
      await registry.update('gate', { ip: '10.0.0.10', password: 'another-one' });
      expect(passwordOf(directory, 'gate')).to.equal('another-one');
    });

    it('removes a camera for good, and one that was only connected for this life', async () => {
      const { registry, directory } = await start();
      const { source } = await registry.create({ id: 'gate', ip: '10.0.0.9' });
      directory.put({ id: 'guest', name: '', location: '', source, origin: 'connected' });
      await registry.remove('gate');
      await registry.remove('guest');
      expect(directory.list()).to.deep.equal([]);
      expect((await rejection(registry.remove('gate'))).code).to.equal('camera-not-found');
      expect((await start()).directory.list()).to.deep.equal([]);
    });

    it('sees by itself what another gateway on the same database changed', async () => {
      const here = await start();
      const there = await start(undefined, 20);
      await here.registry.create({ id: 'gate', ip: '10.0.0.9' });
      await waitFor(() => there.directory.has('gate'));
      await here.registry.update('gate', { name: 'North gate' });
      await waitFor(() => there.directory.get('gate').name === 'North gate');
      await here.registry.remove('gate');
      await waitFor(() => !there.directory.has('gate'));
    });

    it('goes on with the other cameras when one password was sealed with a lost key', async () => {
      const { registry } = await start();
      await registry.create({ id: 'gate', ip: '10.0.0.9', password: PASSWORD });
      const { registry: after, directory } = await start(Buffer.alloc(32, 2));
      await after.create({ id: 'yard', ip: '10.0.0.10' });
      expect(passwordOf(directory, 'gate')).to.equal('');
      await after.update('gate', { password: PASSWORD });
      expect(passwordOf(directory, 'gate')).to.equal(PASSWORD);
    });

    describe('as a file', () => {
      it('comes back from its own export, passwords only where they were asked for', async () => {
        const { registry, directory } = await start();
        await registry.create({ id: 'gate', name: 'Gate', ip: '10.0.0.9', password: PASSWORD });
        await registry.create({ id: 'film', video: 'clip', enabled: false });
        const before = directory.list();
        const plain = JSON.parse(JSON.stringify(await exportCameras(registry, false)));
        const full = JSON.parse(JSON.stringify(await exportCameras(registry, true)));
        expect(JSON.stringify(plain)).to.not.include(PASSWORD);
        await importCameras(registry, plain);
        expect(directory.list(), 'kept the stored password').to.deep.equal(before);
        for (const { id } of before) await registry.remove(id);
        await importCameras(registry, full);
        expect(directory.list()).to.deep.equal(before);
      });

      it('imports all or nothing, and names the camera and field at fault', async () => {
        const { registry, directory } = await start();
        const cameras = [
          { id: 'a', ip: '10.0.0.1' },
          { id: 'b', ip: 'no host' },
        ];
        const { code, field } = await rejection(importCameras(registry, { cameras }));
        expect([code, field]).to.deep.equal(['invalid-field', 'cameras.1.ip']);
        expect(directory.list()).to.deep.equal([]);
      });

      it('removes what an import does not name only when it is told to', async () => {
        const { registry, directory } = await start();
        await registry.create({ id: 'old', ip: '10.0.0.1' });
        await importCameras(registry, { cameras: [{ id: 'new', ip: '10.0.0.2' }] });
        expect(directory.list().map(({ id }) => id)).to.deep.equal(['new', 'old']);
        await importCameras(registry, { cameras: [{ id: 'new', ip: '10.0.0.2' }], replace: true });
        expect(directory.list().map(({ id }) => id)).to.deep.equal(['new']);
      });

      it('gives an imported address no password of another one', async () => {
        const { registry, directory } = await start();
        await registry.create({ id: 'gate', ip: '10.0.0.9', password: PASSWORD });
        const camera = { id: 'gate', ip: '6.6.6.6', hasPassword: true };
        await importCameras(registry, { cameras: [camera] });
        expect(passwordOf(directory, 'gate')).to.equal('');
      });
    });
  });
});

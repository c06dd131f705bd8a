import { expect } from 'chai';
import { Redactor } from '#shared/redact.ts';
import {
  type CameraChange,
  CameraDirectory,
  type KnownCamera,
} from '../../../gateway/cameras/camera-directory.ts';
import { cameraSource } from '../../support/camera-source.ts';
import { codeOf } from '../../support/errors.ts';

function camera(id: string, change: Partial<CameraChange> = {}): CameraChange {
  return { id, name: id, location: '', source: cameraSource(), origin: 'connected', ...change };
}

function registered(id: string, change: Partial<KnownCamera> = {}): KnownCamera {
  const analysis = { motion: false, persons: false, faces: false };
  return { ...camera(id), origin: 'registry', enabled: true, analysis, isFromFile: false, ...change };
}

describe('CameraDirectory', () => {
  it('lists cameras in order of their ids, numbers as numbers', () => {
    const directory = new CameraDirectory(10, new Redactor());
    for (const id of ['b', '10', '2', 'a']) directory.put(camera(id));
    directory.put(camera('b', { name: 'new' }));
    expect(directory.list().map(({ name }) => name)).to.deep.equal(['2', '10', 'a', 'new']);
  });

  it('knows no camera by the name of a property that every object has', () => {
    const directory = new CameraDirectory(10, new Redactor());
    expect(directory.has('constructor')).to.equal(false);
    expect(codeOf(() => directory.get('__proto__'))).to.equal('camera-not-found');
  });

  it('tells of every change, once for several cameras together, and of none that changes nothing', () => {
    const directory = new CameraDirectory(10, new Redactor());
    let changes = 0;
    const end = directory.onChange(() => {
      changes += 1;
    });
    for (const id of ['1', '2', '3']) directory.put(camera(id, { origin: 'demo' }));
    directory.removeDemo();
    directory.remove('unknown');
    directory.removeDemo();
    expect(changes).to.equal(4);
    directory.syncRegistered([registered('1'), registered('2')]);
    directory.syncRegistered([registered('1'), registered('2')]);
    expect(changes).to.equal(5);
    end();
    directory.remove('1');
    expect(changes).to.equal(5);
  });

  it('keeps the passwords of its cameras out of every text, for as long as they are here', () => {
    const redactor = new Redactor();
    const directory = new CameraDirectory(10, redactor);
    const other = cameraSource(554, { password: 'an0therC4nary' });
    const shown = () => redactor.redact('S3cr3tC4nary an0therC4nary');
    directory.put(camera('1'));
    directory.put(camera('2'));
    expect(shown()).to.equal('*** an0therC4nary');
    directory.put(camera('1', { source: other }));
    expect(shown()).to.equal('*** ***');
    directory.remove('2');
    expect(shown()).to.equal('S3cr3tC4nary ***');
    directory.remove('1');
    expect(shown()).to.equal('S3cr3tC4nary an0therC4nary');
  });

  it('has room for a limited number of cameras, not counting the demo and those it replaces', () => {
    const directory = new CameraDirectory(1, new Redactor());
    directory.put(camera('demo', { origin: 'demo' }));
    directory.checkRoom(['1']);
    directory.put(camera('1'));
    directory.checkRoom(['1']);
    expect(codeOf(() => directory.checkRoom(['2']))).to.equal('too-many-requests');
    directory.checkRoom(['2'], ['1']);
  });

  it('counts what runs: neither cameras that are switched off nor those that a client disconnected', () => {
    const directory = new CameraDirectory(1, new Redactor());
    directory.syncRegistered([registered('1'), registered('off', { enabled: false })]);
    expect(codeOf(() => directory.checkRoom(['2']))).to.equal('too-many-requests');
    directory.remove('1');
    directory.checkRoom(['2']);
  });

  it('runs no more than its limit of what a database has, and the next when there is room', () => {
    const directory = new CameraDirectory(2, new Redactor());
    const told: string[] = [];
    directory.syncRegistered([registered('3'), registered('off', { enabled: false }), registered('2')]);
    directory.onChange((ids) => told.push(...ids));
    directory.syncRegistered([...directory.registered(), registered('1')]);
    expect(directory.wanted().map(({ id }) => id)).to.deep.equal(['2', '3']);
    expect([...directory.beyondLimit]).to.deep.equal(['1']);
    expect(directory.findWanted('1')).to.equal(undefined);
    told.length = 0;
    directory.dropRegistered('3');
    expect(directory.wanted().map(({ id }) => id)).to.deep.equal(['1', '2']);
    expect(told).to.have.members(['1', '3']);
  });

  it('leaves to a cluster how many of its cameras each gateway runs', () => {
    const directory = new CameraDirectory(1, new Redactor(), true);
    directory.syncRegistered([registered('1'), registered('2')]);
    expect(directory.wanted()).to.have.length(2);
    expect(codeOf(() => directory.checkRoom(['3']))).to.equal('too-many-requests');
  });

  describe('over the registry', () => {
    let directory: CameraDirectory;

    beforeEach(() => {
      directory = new CameraDirectory(10, new Redactor());
      directory.syncRegistered([registered('1', { name: 'Garage' }), registered('2', { enabled: false })]);
    });

    const wanted = () => directory.wanted().map(({ id, origin }) => `${id} ${origin}`);

    it('wants the enabled cameras and lists all', () => {
      expect(wanted()).to.deep.equal(['1 registry']);
      expect(directory.list()).to.have.length(2);
    });

    it('lets a client connect another source for this life, and forgets it when the registry changes it', () => {
      directory.put(camera('1', { source: cameraSource(555) }));
      expect(wanted()).to.deep.equal(['1 connected']);
      directory.setRegistered(registered('1', { name: 'Yard' }));
      expect(wanted()).to.deep.equal(['1 registry']);
    });

    it('keeps what a client connected when the registry is read again', () => {
      directory.put(camera('1', { source: cameraSource(555) }));
      directory.syncRegistered([registered('1'), registered('2', { enabled: false })]);
      expect(wanted()).to.deep.equal(['1 connected']);
    });

    it('disconnects a stored camera for this life, and still knows it', () => {
      directory.remove('1');
      directory.syncRegistered([registered('1', { name: 'Other' }), registered('2')]);
      expect(wanted()).to.deep.equal(['2 registry']);
      expect(directory.get('1').name).to.equal('Other');
      directory.setRegistered(registered('1'));
      expect(wanted()).to.deep.equal(['1 registry', '2 registry']);
    });

    it('forgets a camera that is no longer stored, also after a client disconnected it', () => {
      directory.remove('1');
      directory.syncRegistered([]);
      expect(directory.list()).to.deep.equal([]);
      directory.syncRegistered([registered('1')]);
      expect(wanted()).to.deep.equal(['1 registry']);
    });
  });
});

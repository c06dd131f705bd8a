import { expect } from 'chai';
import { Redactor } from '#shared/redact.ts';
import { CameraDirectory, type WantedCamera } from '../../../gateway/cameras/camera-directory.ts';
import { cameraSource } from '../../support/camera-source.ts';
import { codeOf } from '../../support/errors.ts';

function camera(id: string, change: Partial<WantedCamera> = {}): WantedCamera {
  return { id, name: id, location: '', source: cameraSource(), isDemo: false, ...change };
}

describe('CameraDirectory', () => {
  it('lists cameras in order of arrival, a replaced one in its old place', () => {
    const directory = new CameraDirectory(10, new Redactor());
    for (const id of ['b', 'a']) directory.put(camera(id));
    directory.put(camera('b', { name: 'new' }));
    expect(directory.list().map(({ id, name }) => `${id} ${name}`)).to.deep.equal(['b new', 'a a']);
  });

  it('knows no camera by the name of a property that every object has', () => {
    const directory = new CameraDirectory(10, new Redactor());
    expect(directory.has('constructor')).to.equal(false);
    expect(codeOf(() => directory.get('__proto__'))).to.equal('camera-not-found');
  });

  it('tells of every change, once for several cameras removed together, and of none that changes nothing', () => {
    const directory = new CameraDirectory(10, new Redactor());
    let changes = 0;
    const end = directory.onChange(() => {
      changes += 1;
    });
    for (const id of ['1', '2', '3']) directory.put(camera(id));
    directory.removeWhere(({ id }) => id !== '1');
    directory.remove('unknown');
    directory.removeWhere(() => false);
    expect(changes).to.equal(4);
    end();
    directory.remove('1');
    expect(changes).to.equal(4);
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
    directory.put(camera('demo', { isDemo: true }));
    directory.checkRoom('1');
    directory.put(camera('1'));
    directory.checkRoom('1');
    expect(codeOf(() => directory.checkRoom('2'))).to.equal('too-many-requests');
  });
});

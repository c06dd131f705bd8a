import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { readTrail } from '#shared/work-trail.ts';
import { TrailFile } from '../../gateway/supervisor/trail-file.ts';
import { WorkTrail } from '../../workers/host/work-trail.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('The trail of work', () => {
  let file: TrailFile;
  let trail: WorkTrail;
  beforeEach(() => {
    file = TrailFile.create([temporaryFolder()]) as TrailFile;
    trail = new WorkTrail(file.descriptor);
  });
  afterEach(() => file.close());

  it('tells what the main thread works on, also inside other work', () => {
    const [outer, inner] = [trail.subject('outer'), trail.subject('inner')];
    const seen: unknown[] = [];
    outer.during(() => {
      seen.push(file.read().main);
      inner.during(() => seen.push(file.read().main));
      seen.push(file.read().main);
    });
    expect([...seen, file.read().main]).to.deep.equal(['outer', 'inner', 'outer', undefined]);
  });

  it('keeps what the main thread worked on when that throws', () => {
    const subject = trail.subject('bad');
    expect(() =>
      subject.during(() => {
        throw new Error('damaged');
      }),
    ).to.throw('damaged');
    expect(file.read().main).to.equal('bad');
  });

  it('tells what other threads work on, until the last of it is done', async () => {
    const [a, b] = [trail.subject('a'), trail.subject('b')];
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const works = [a.meanwhile(() => first.promise), a.meanwhile(() => second.promise)];
    await b.meanwhile(async () => {}).catch(() => {});
    expect(file.read().others).to.deep.equal(['a']);
    first.resolve();
    await works[0];
    expect(file.read().others).to.deep.equal(['a']);
    second.reject(new Error('no'));
    await (works[1] as Promise<void>).catch(() => {});
    expect(file.read().others).to.deep.equal([]);
  });

  it('gives the place of a subject that is gone to the next', () => {
    for (let index = 0; index < 5000; index += 1) trail.subject('x').close();
    trail.subject('last').during(() => expect(file.read().main).to.equal('last'));
  });

  it('notes as many subjects as fit, and lets the work of others go on', () => {
    const subjects = Array.from({ length: 2100 }, (_, index) => trail.subject(`camera-${index}`));
    subjects[2047]?.during(() => expect(file.read().main).to.equal('camera-2047'));
    subjects[2099]?.during(() => expect(file.read().main).to.equal(undefined));
  });

  it('is read without an error with any content', () => {
    for (let length = 0; length < 400; length += 1)
      expect(readTrail(randomBytes(length)).others).to.be.an('array');
  });

  it('works without a file', () => {
    expect(new WorkTrail(undefined).subject('a').during(() => 7)).to.equal(7);
    expect(TrailFile.create(['/nowhere'])).to.equal(undefined);
  });
});

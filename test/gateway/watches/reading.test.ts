import { expect } from 'chai';
import { readAnswer } from '../../../gateway/watches/reading.ts';

describe('An answer', () => {
  const read = (...given: Parameters<typeof readAnswer>) => readAnswer(...given).reading;

  it('to a question fulfils what was waited for, be it yes or no', () => {
    expect(read('query', { answer: 'yes' }, { answer: 'Yes.' })).to.equal('yes');
    expect(read('query', { answer: 'no' }, { answer: 'Yes.' })).to.equal('no');
    expect(read('query', { answer: 'no' }, { answer: 'No.' })).to.equal('yes');
    expect(read('query', { answer: 'no' }, { answer: 'Perhaps' })).to.equal('unknown');
  });

  it('fulfils a condition on its words', () => {
    expect(read('query', { contains: 'red' }, { answer: 'A Red car' })).to.equal('yes');
    expect(read('caption', { contains: 'dog' }, { caption: 'A cat' })).to.equal('no');
  });

  it('fulfils a condition on what was found', () => {
    const objects = [{ x_min: 0 }, { x_min: 0.5 }];
    expect(read('detect', { atLeast: 2 }, { objects })).to.equal('yes');
    expect(read('detect', { atLeast: 3 }, { objects })).to.equal('no');
    expect(read('detect', { atMost: 0 }, { objects: [] })).to.equal('yes');
    expect(read('point', { atLeast: 1 }, { points: [{ x: 0.5, y: 0.5 }] })).to.equal('yes');
  });

  it('without what the skill gives is unknown', () => {
    expect(read('query', { answer: 'no' }, {})).to.equal('unknown');
    expect(read('detect', { atMost: 0 }, { objects: null })).to.equal('unknown');
    expect(read('detect', { atMost: 0 }, { answer: 'none' })).to.equal('unknown');
  });
});

import { expect } from 'chai';
import { readAnswer } from '../../../gateway/watches/reading.ts';
import type { Condition } from '../../../gateway/watches/watch.ts';
import { finds, says } from './harness.ts';

describe('An answer', () => {
  const read = (condition: Condition, said: Parameters<typeof readAnswer>[1], before?: number) =>
    readAnswer(condition, said, before).reading;
  const number = (value: number | null) => ({ answer: `About ${value}`, value });

  it('to a question fulfils what was waited for, be it yes or no', () => {
    expect(read({ answer: 'yes' }, says('Yes.'))).to.equal('yes');
    expect(read({ answer: 'no' }, says('Yes.'))).to.equal('no');
    expect(read({ answer: 'no' }, says('No.'))).to.equal('yes');
    expect(read({ answer: 'no' }, says('Perhaps'))).to.equal('unknown');
  });

  it('fulfils a condition on its words', () => {
    expect(read({ contains: 'red' }, says('A Red car'))).to.equal('yes');
    expect(read({ contains: 'dog' }, says('A cat'))).to.equal('no');
  });

  it('fulfils a condition on what was found', () => {
    expect(read({ atLeast: 2 }, finds(2))).to.equal('yes');
    expect(read({ atLeast: 3 }, finds(2))).to.equal('no');
    expect(read({ atMost: 0 }, finds(0))).to.equal('yes');
  });

  it('fulfils a condition on the number that it names', () => {
    expect(read({ atLeast: 20 }, number(21.5))).to.equal('yes');
    expect(read({ atMost: 20 }, number(21.5))).to.equal('no');
    expect(read({ atMost: 20 }, number(null))).to.equal('unknown');
  });

  it('fulfils the condition of a change from the second number on', () => {
    expect(read({ changed: true }, number(3))).to.equal('no');
    expect(read({ changed: true }, number(3), 3)).to.equal('no');
    expect(read({ changed: true }, finds(4), 3)).to.equal('yes');
    expect(read({ changed: true }, number(null), 3)).to.equal('unknown');
  });

  it('without what the condition asks for is unknown', () => {
    expect(read({ answer: 'no' }, { answer: '', value: null })).to.equal('unknown');
    expect(read({ atMost: 0 }, says('none'))).to.equal('unknown');
  });
});

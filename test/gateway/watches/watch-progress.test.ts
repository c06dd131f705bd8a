import { expect } from 'chai';
import type { WatchRow } from '../../../gateway/store/database.ts';
import type { WatchAnswer } from '../../../gateway/watches/watch.ts';
import { afterFiring, isFulfilled, withAnswer } from '../../../gateway/watches/watch-progress.ts';

const answer = (sequence: number): WatchAnswer => ({
  at: 0,
  reading: 'yes',
  text: 'Yes',
  sequence,
  timestamp: sequence,
});
const rowWith = (answers: unknown) =>
  ({
    answers: JSON.stringify(answers),
    needed: 2,
    out_of: 3,
    every_ms: 1000,
    cooldown_ms: 0,
    fired: 0,
  }) as WatchRow;

describe('The answers of a watch', () => {
  it('are as many as it decides on', () => {
    const answers = withAnswer(rowWith([1, 2, 3].map(answer)), answer(4));
    expect(answers.map(({ sequence }) => sequence)).to.deep.equal([2, 3, 4]);
  });

  it('count once for one picture', () => {
    const answers = withAnswer(rowWith([answer(1)]), answer(1));
    expect(isFulfilled(rowWith([]), answers)).to.equal(false);
    expect(isFulfilled(rowWith([]), withAnswer(rowWith(answers), answer(2)))).to.equal(true);
  });

  it('fire nothing twice, not even about the same picture', () => {
    const { answers } = afterFiring(rowWith([]), [answer(1), answer(2)], 'event', 0);
    const row = { ...rowWith([]), answers: answers as string };
    expect(withAnswer(row, answer(2))).to.deep.equal([]);
    expect(withAnswer(row, answer(3))).to.deep.equal([answer(3)]);
  });
});

import { expect } from 'chai';
import { clock } from '../../../gateway/dashboard/browser/format.ts';
import { slowedSentence, slowedSummary } from '../../../gateway/dashboard/browser/slowed-words.ts';

describe('Why a camera is slowed, in words', () => {
  it('is what is done about it, since when, and what helps', () => {
    const now = Date.now();
    const slowed = { reason: 'memory', detail: 'Only keyframes are decoded', since: now / 1000 - 5 } as const;
    const sentence = slowedSentence(slowed, now);
    expect(sentence).to.include(`Only keyframes are decoded, since ${clock(now - 5000, now)}. `);
    expect(sentence).to.match(/more memory/);
  });

  it('is counted for the cameras of a worker', () => {
    const [memory, processor] = [{ reason: 'memory' }, { reason: 'processor' }] as const;
    expect(slowedSummary([])).to.equal('');
    expect(slowedSummary([memory])).to.equal('1 camera: short of memory');
    expect(slowedSummary([memory, processor, memory])).to.equal(
      '2 cameras: short of memory, 1 camera: processor busy',
    );
  });
});

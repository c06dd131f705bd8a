import { expect } from 'chai';
import { fuzzMedia } from './media-rounds.ts';

/** Some ten seconds; more rounds or another seed find more. */
const ROUNDS = Number(process.env.FUZZ_MEDIA_ROUNDS ?? 100_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);

describe('Damaged media', function () {
  this.timeout(300_000);

  it(`reaches, in ${ROUNDS} rounds of seed ${SEED}, no one but the subscriber that it is bad for`, () => {
    const { delivered, failedSubscribers } = fuzzMedia(ROUNDS, SEED);
    expect(delivered, 'fragments delivered').to.be.greaterThan(ROUNDS / 10);
    expect(failedSubscribers, 'subscribers that threw').to.equal(0);
  });
});

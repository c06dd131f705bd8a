import { expect } from 'chai';
import { titlesOfTests } from '../support/titles.ts';
import { POLICIES, policiesIn } from './policy-list.ts';

describe('The list of policies', () => {
  const named = new Set(titlesOfTests().flatMap(policiesIn));

  it('is proven whole: every policy by some test', () => {
    expect(Object.keys(POLICIES).filter((number) => !named.has(number))).to.deep.equal([]);
  });

  it('holds every policy that a test names', () => {
    expect([...named].filter((number) => !Object.hasOwn(POLICIES, number))).to.deep.equal([]);
  });
});

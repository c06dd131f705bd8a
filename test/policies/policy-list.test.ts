import { expect } from 'chai';
import { titlesOfTests } from '../support/titles.ts';
import { POLICIES, policiesIn } from './policy-list.ts';

describe('The list of policies', () => {
  const named = new Set(titlesOfTests().flatMap(policiesIn));

  it('holds every policy that a test names', () => {
    expect([...named].filter((number) => !Object.hasOwn(POLICIES, number))).to.deep.equal([]);
  });
});

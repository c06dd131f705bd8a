import { expect } from 'chai';
import type { AppError } from '#shared/errors.ts';
import { GuessLimiter } from '../../../gateway/auth/guess-limiter.ts';

const MINUTE_MS = 60_000;

describe('GuessLimiter', () => {
  let now: number;
  let limiter: GuessLimiter;

  beforeEach(() => {
    now = 1_000_000;
    limiter = new GuessLimiter({ logins: 3, loginsHourly: 5 }, () => now);
  });

  const check = (address: string, role: 'admin' | 'viewer' | undefined): string | undefined => {
    try {
      limiter.check(address, role);
      return undefined;
    } catch (error) {
      return (error as AppError).code;
    }
  };
  const guess = (address = '203.0.113.9'): string | undefined => check(address, undefined);
  const guessTimes = (times: number): unknown[] => Array.from({ length: times }, () => guess());

  it('refuses further tokens of an address once a minute had its share of invalid ones', () => {
    expect(guessTimes(4)).to.deep.equal([undefined, undefined, undefined, 'too-many-requests']);
    now += MINUTE_MS;
    expect(guess()).to.equal(undefined);
  });

  it('refuses further tokens once an hour had its share', () => {
    guessTimes(3);
    now += MINUTE_MS;
    expect(guessTimes(3)).to.deep.equal([undefined, undefined, 'too-many-requests']);
    now += 2 * MINUTE_MS;
    expect(guess()).to.equal('too-many-requests');
    now += 57 * MINUTE_MS;
    expect(guess()).to.equal(undefined);
  });

  it('does not tell a right guess from a wrong one over the limit', () => {
    guessTimes(3);
    expect(check('203.0.113.9', 'admin')).to.equal('too-many-requests');
  });

  it('goes on to accept a token that the address has shown before', () => {
    limiter.check('203.0.113.9', 'viewer');
    guessTimes(3);
    expect(check('203.0.113.9', 'viewer')).to.equal(undefined);
    expect(check('203.0.113.9', 'admin')).to.equal('too-many-requests');
  });

  it('counts each address for itself, and an IPv6 network as one', () => {
    guessTimes(3);
    expect(guess('203.0.113.10')).to.equal(undefined);
    for (let host = 1; host <= 3; host += 1) guess(`2001:db8:1:1::${host}`);
    expect(guess('2001:db8:1:1:ffff::1')).to.equal('too-many-requests');
  });
});

import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { jpegSize } from '#shared/media/jpeg-size.ts';
import { CircuitBreaker } from '../../../gateway/models/circuit-breaker.ts';
import { DailyCap } from '../../../gateway/models/daily-cap.ts';
import { FrameCache } from '../../../gateway/models/frame-cache.ts';
import { RequestLimiter } from '../../../gateway/models/request-limiter.ts';
import { MOONDREAM as vendor } from '../../../gateway/models/vendor.ts';
import { rejection } from '../../support/errors.ts';
import { jpegOf, LedgerDouble } from '../moondream/harness.ts';

const down = new AppError('moondream-timeout', 'Moondream did not answer in time');

describe('The circuit breaker', () => {
  const { signal } = new AbortController();
  const succeed = async (): Promise<string> => 'an answer';
  const throwing = (error: Error) => (): Promise<never> => Promise.reject(error);

  function breakerAt(clock: { now: number }, openMs = 1000) {
    const isOutage = ({ code }: AppError): boolean => code === down.code;
    const breaker = new CircuitBreaker({ vendor, isOutage, failures: 3, openMs, now: () => clock.now });
    const fail = (): Promise<AppError> => rejection(breaker.run(throwing(down), signal));
    const open = async (): Promise<void> => {
      for (let n = 0; n < 3; n += 1) await fail();
    };
    return { breaker, fail, open };
  }

  it('opens after so many failures in a row, and successes start the count again', async () => {
    const { breaker, fail } = breakerAt({ now: 0 });
    await fail();
    await fail();
    await breaker.run(succeed, signal);
    await fail();
    await fail();
    expect(breaker.state).to.equal('closed');
    expect(await fail(), 'as the task threw it').to.equal(down);
    expect(breaker.state).to.equal('open');
  });

  it('refuses while it is open, with the failure that opened it and the time that is left', async () => {
    const clock = { now: 0 };
    const { breaker, open } = breakerAt(clock, 8000);
    await open();
    clock.now = 3000;
    expect(breaker.state).to.equal('open');
    const { code, retryAfter, extra, message } = await rejection(breaker.run(succeed, signal));
    expect([code, retryAfter, extra]).to.deep.equal(['moondream-unavailable', 5, { reason: down.code }]);
    expect(message).to.contain(down.message);
  });

  it('lets one request try after a while, which decides for all', async () => {
    const clock = { now: 0 };
    const { breaker, fail, open } = breakerAt(clock);
    await open();
    clock.now = 1000;
    expect(breaker.state).to.equal('half-open');
    const { promise, reject } = Promise.withResolvers<never>();
    const trial = rejection(breaker.run(() => promise, signal));
    expect((await fail()).code, 'while another tries').to.equal('moondream-unavailable');
    reject(down);
    expect(await trial).to.equal(down);
    expect(breaker.state).to.equal('open');
    clock.now = 2000;
    expect(await breaker.run(succeed, signal)).to.equal('an answer');
    expect(breaker.state).to.equal('closed');
    await fail();
    expect(breaker.state, 'counted from the start again').to.equal('closed');
  });

  it('lets another try when the one that tried was called off', async () => {
    const clock = { now: 0 };
    const { breaker, open } = breakerAt(clock);
    await open();
    clock.now = 1000;
    const tooLate = new AppError('question-superseded', 'A newer question came');
    expect(await rejection(breaker.run(throwing(tooLate), signal))).to.equal(tooLate);
    expect(await rejection(breaker.run(throwing(down), AbortSignal.abort()))).to.equal(down);
    expect(breaker.state).to.equal('half-open');
    const { code, extra } = await rejection(
      Promise.all([breaker.run(throwing(tooLate), signal), breaker.run(succeed, signal)]),
    );
    expect([code, extra?.reason], 'the outage is still the reason').to.deep.equal([
      'moondream-unavailable',
      down.code,
    ]);
    await breaker.run(succeed, signal);
    expect(breaker.state).to.equal('closed');
  });

  it('does not count requests that were called off', async () => {
    const { breaker } = breakerAt({ now: 0 });
    for (let n = 0; n < 3; n += 1) {
      await rejection(breaker.run(throwing(down), AbortSignal.abort()));
      await breaker.run(throwing(new Error('a bug')), signal).catch(() => {});
    }
    expect(breaker.state).to.equal('closed');
  });
});

describe('The limiter of the key', () => {
  const { signal } = new AbortController();

  it('spaces requests evenly, and refuses those that would wait too long', async () => {
    const waits: number[] = [];
    const wait = async (ms: number): Promise<void> => void waits.push(ms);
    const limiter = new RequestLimiter({ vendor, perSecond: 2, maxWaitMs: 1000, now: () => 0, wait });
    const given = [await limiter.take(signal), await limiter.take(signal), await limiter.take(signal)];
    expect([given, waits]).to.deep.equal([
      [false, true, true],
      [500, 1000],
    ]);
    const { code, retryAfter } = await rejection(limiter.take(signal));
    expect([code, retryAfter]).to.deep.equal(['moondream-rate-limited', 1.5]);
  });

  it('gives no turn while Moondream wants none', async () => {
    const clock = { now: 0 };
    const limiter = new RequestLimiter({ vendor, perSecond: 2, maxWaitMs: 1000, now: () => clock.now });
    limiter.holdOff(3000);
    expect((await rejection(limiter.take(signal))).retryAfter).to.equal(3);
    clock.now = 3000;
    expect(await limiter.take(signal)).to.equal(false);
  });
});

describe('S2: the cap of a day', () => {
  const open = (max: number, ledger = new LedgerDouble()) => {
    const clock = { now: Date.UTC(2026, 0, 1, 23, 59, 30) };
    return { clock, ledger, cap: new DailyCap({ vendor: vendor.code, max, ledger, now: () => clock.now }) };
  };
  const refusal = (cap: DailyCap) => rejection(cap.take());

  it('starts again at midnight UTC, and says how long that is', async () => {
    const { cap, clock } = open(1);
    await cap.take();
    const { code, retryAfter } = await refusal(cap);
    expect([code, retryAfter]).to.deep.equal(['moondream-budget-spent', 30]);
    clock.now += 30_000;
    expect(await cap.used()).to.equal(0);
    await cap.take();
    expect(await cap.used()).to.equal(1);
  });

  it('is the same one after a restart, and for every gateway on a database', async () => {
    const { cap, ledger } = open(2);
    await cap.take();
    const { cap: next } = open(2, ledger);
    await next.take();
    expect((await refusal(cap)).code).to.equal('moondream-budget-spent');
    expect((await refusal(next)).code).to.equal('moondream-budget-spent');
  });

  it('holds while the database is away, and what was asked then is counted afterwards', async () => {
    const { cap, ledger } = open(4);
    await cap.take();
    ledger.isAway = true;
    await Promise.all([cap.take(), cap.take(), cap.take()]);
    expect((await refusal(cap)).code).to.equal('moondream-budget-spent');
    expect(await cap.used()).to.equal(4);
    ledger.isAway = false;
    expect((await refusal(cap)).code).to.equal('moondream-budget-spent');
    expect([...ledger.days.values()]).to.deep.equal([4]);
  });

  it('is none where none is wanted', async () => {
    const { cap } = open(0);
    for (let time = 0; time < 3; time += 1) await cap.take();
    expect([cap.max, await cap.used()]).to.deep.equal([null, 3]);
  });
});

describe('The frame cache', () => {
  const frame = (sequence: number) => ({
    jpeg: Buffer.alloc(100),
    sequence,
    timestamp: sequence,
    ageMs: 0,
    width: 2,
    height: 2,
  });

  it('keeps the newest pictures within its size, each for its time', () => {
    const clock = { now: 0 };
    const frameCache = new FrameCache({ maxBytes: 250, keepMs: 1000, now: () => clock.now });
    const [first, second, third] = [1, 2, 3].map((n) => frameCache.add('1', frame(n))) as [
      string,
      string,
      string,
    ];
    expect([first, second, third].map((id) => frameCache.find(id)?.frame.sequence)).to.deep.equal([
      undefined,
      2,
      3,
    ]);
    clock.now = 500;
    expect(frameCache.add('1', frame(3)), 'the same picture').to.equal(third);
    clock.now = 1000;
    expect([second, third].map((id) => frameCache.find(id)?.frame.sequence)).to.deep.equal([undefined, 3]);
  });
});

describe('The size of a JPEG', () => {
  it('is found behind other segments, and is unknown of anything else', () => {
    expect(jpegSize(jpegOf(1280, 720))).to.deep.equal({ width: 1280, height: 720 });
    for (const bytes of [Buffer.alloc(0), Buffer.from('not a picture'), jpegOf(1280, 720).subarray(0, 16)]) {
      expect(jpegSize(bytes)).to.equal(undefined);
    }
  });
});

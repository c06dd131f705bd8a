import { expect } from 'chai';
import fc from 'fast-check';
import { TestGateway } from '../support/test-gateway.ts';
import { hostileText, RUNS, spoiled } from './hostile.ts';
import { type KnownRequest, REQUESTS } from './requests.ts';

const NO_LIMIT = '1000000';
/** A request that hangs longer than this is as bad as one that crashes. */
const TIME_LIMIT_MS = 20_000;

describe('A request that is not right', function () {
  this.timeout(120_000);
  let gateway: TestGateway;

  before(async () => {
    gateway = await TestGateway.open({
      env: {
        RATE_LIMIT_API: NO_LIMIT,
        RATE_LIMIT_WRITES: NO_LIMIT,
        RATE_LIMIT_LOGINS: NO_LIMIT,
        RATE_LIMIT_MOONDREAM: NO_LIMIT,
        RATE_LIMIT_CONNECTS: NO_LIMIT,
      },
    });
  });
  after(() => gateway.close());

  /** @returns what may never be said: an error of ours, or no problem details where something failed */
  async function complaint(method: string, path: string, body: unknown): Promise<string | undefined> {
    const response = await fetch(`${gateway.origin}${path}`, {
      method,
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
      redirect: 'manual',
      ...(body === undefined
        ? {}
        : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) ?? 'undefined' }),
    });
    const text = await response.text();
    const isTrpc = path.startsWith('/trpc');
    if (response.status === 500) return `500: ${text}`;
    if (/\bat (?:\w+ )?\(?(?:file|node):/.test(text)) return `a stack trace: ${text}`;
    if (response.status < 400 || isTrpc) return undefined;
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
    return isProblem ? undefined : `no problem details but ${response.status}: ${text.slice(0, 200)}`;
  }

  function wish({ path, body, query }: KnownRequest) {
    const ids = fc.oneof(hostileText, fc.constantFrom('1', 'fuzz', '1_0', 'constructor'));
    const id = ids
      .filter((text) => text.length < 1000)
      .map((text) => encodeURIComponent(text.toWellFormed()));
    return fc.record({
      url: fc
        .tuple(id, query === undefined ? fc.constant('') : spoiled(query).map(asQuery))
        .map(([given, search]) => `${path.replace(':id', given === '' ? '%00' : given)}${search}`),
      sent: body === undefined ? fc.constant(undefined) : spoiled(body),
    });
  }

  for (const request of REQUESTS) {
    const { method, path } = request;
    it(`gets an answer that says so from ${method} ${path}${request.body ? ` (${Object.keys(request.body).join(', ')})` : ''}`, async () => {
      await fc.assert(
        fc.asyncProperty(wish(request), async ({ url, sent }) => {
          expect(await complaint(method, url, sent)).to.equal(undefined);
        }),
        { numRuns: RUNS, interruptAfterTimeLimit: 60_000 },
      );
    });
  }

  it('to no route at all gets 404 or what else is wrong with it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'), hostileText, async (method, text) => {
        const path = `/${encodeURIComponent(text.slice(0, 500).toWellFormed())}`;
        if (path !== '/') expect(await complaint(method, path, undefined)).to.equal(undefined);
      }),
      { numRuns: RUNS },
    );
  });
});

function asQuery(query: unknown): string {
  const entries = typeof query === 'object' && query !== null ? Object.entries(query) : [['x', query]];
  const pairs = entries.map(([key, value]) =>
    [key, typeof value === 'string' ? value : (JSON.stringify(value) ?? '')]
      .map((part) => encodeURIComponent(String(part).slice(0, 500).toWellFormed()))
      .join('='),
  );
  return `?${pairs.join('&')}`;
}

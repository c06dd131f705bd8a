import { expect } from 'chai';
import type { Outcome } from '../../../gateway/deliveries/delivery.ts';
import type { Answer } from '../../../gateway/deliveries/http-endpoint.ts';
import { judge } from '../../../gateway/deliveries/verdict.ts';
import { streamPayload } from './harness.ts';

const NOW = Date.parse('2026-11-21T16:00:00Z');
const PAYLOAD = streamPayload('1');

function verdict(answer: Answer, attempts = 1): Outcome {
  return judge(answer, { payload: PAYLOAD, attempts, now: NOW, random: () => 0 });
}

function answered(
  status: number,
  more: { retryAfter?: string; body?: string; isCut?: boolean } = {},
): Answer {
  return { kind: 'answered', status, retryAfter: undefined, body: '', isCut: false, ...more };
}

describe('The verdict over an attempt', () => {
  it('is that 2xx has arrived', () => {
    for (const status of [200, 201, 202, 204]) expect(verdict(answered(status)).kind).to.equal('delivered');
  });

  it('is to try again after 408, 429, 5xx, a redirect and silence', () => {
    for (const status of [301, 302, 307, 304, 408, 429, 500, 502, 503, 504, 599]) {
      expect(verdict(answered(status)), String(status)).to.include({ kind: 'retry', at: NOW + 5000, status });
    }
    expect(verdict({ kind: 'failed', reason: 'connect ECONNREFUSED' })).to.deep.equal({
      kind: 'retry',
      at: NOW + 5000,
      attempts: 1,
      status: null,
      error: 'connect ECONNREFUSED',
      response: null,
    });
  });

  it('F56: parks immediately after any other 4xx, with the response of the receiver', () => {
    for (const status of [400, 401, 403, 404, 405, 410, 413, 415, 422]) {
      expect(verdict(answered(status, { body: '{"detail":"no"}' }))).to.deep.equal({
        kind: 'parked',
        attempts: 1,
        status,
        error: `The receiver answered ${status}`,
        response: '{"detail":"no"}',
      });
    }
  });

  it('is to park after the tenth attempt', () => {
    expect(verdict(answered(500), 9).kind).to.equal('retry');
    expect(verdict(answered(500), 10)).to.include({
      kind: 'parked',
      error: 'Given up after 10 attempts: The receiver answered 500',
    });
  });

  it('honours Retry-After of any answer that is tried again', () => {
    for (const status of [429, 503]) {
      expect(verdict(answered(status, { retryAfter: '30' }))).to.include({ at: NOW + 30_000 });
      expect(verdict(answered(status, { retryAfter: 'Sat, 21 Nov 2026 16:10:00 GMT' }))).to.include({
        at: NOW + 600_000,
      });
    }
  });

  it('counts no attempt that was broken off from here', () => {
    expect(verdict({ kind: 'aborted' })).to.deep.equal({ kind: 'released' });
  });

  it('keeps no camera password that an answer repeats', () => {
    const body = `{"detail":[{"loc":["body","rtsp_url"],"input":"${PAYLOAD.rtsp_url}"}]}`;
    expect(JSON.stringify(verdict(answered(422, { body }))))
      .to.include('input')
      .and.not.include('S3cr3tC4nary');
  });
});

import { expect } from 'chai';
import { HINT_BY_CODE } from '#shared/error-hints.ts';
import { AppError, messageOf, peerWords, STATUS_BY_CODE, toProblem } from '#shared/errors.ts';

describe('AppError', () => {
  it('knows the HTTP status of its code', () => {
    expect(new AppError('camera-not-found', 'No camera 1').status).to.equal(404);
    expect(new AppError('worker-timeout', 'late').status).to.equal(504);
  });

  it('has a status that is an error for every code', () => {
    for (const [code, status] of Object.entries(STATUS_BY_CODE)) expect(status, code).to.be.within(400, 599);
  });
});

describe('toProblem', () => {
  it('writes problem details (RFC 9457) beside the string that older clients read', () => {
    const error = new AppError('invalid-field', 'port must be a number', {
      field: 'port',
      extra: { max: 65535 },
    });
    expect(toProblem(error)).to.deep.equal({
      error: 'port must be a number',
      type: 'urn:visual-reasoning-gateway:problem:invalid-field',
      title: 'invalid field',
      status: 400,
      detail: 'port must be a number',
      code: 'invalid-field',
      field: 'port',
      max: 65535,
    });
  });

  it('gives hints for codes that there are', () => {
    expect(Object.keys(STATUS_BY_CODE)).to.include.members(Object.keys(HINT_BY_CODE));
  });

  it('gives a hint, if one is known', () => {
    expect(toProblem(new AppError('camera-unauthorized', 'no')).hint).to.match(/user name and password/);
  });

  it('is no longer than a message of ours, with any text of a client', () => {
    expect(new AppError('invalid-field', 'x'.repeat(1_000_000)).message).to.have.length(4096);
  });

  it('lets no extra fact replace the error itself, and reveals nothing of the cause', () => {
    const cause = new Error('S3cr3tC4nary');
    const problem = toProblem(
      new AppError('internal-error', 'no', { cause, extra: { status: 200, code: 'ok' } }),
    );
    expect(problem).to.include({ status: 500, code: 'internal-error' });
    expect(JSON.stringify(problem)).to.not.include('S3cr3tC4nary');
  });
});

describe('peerWords', () => {
  it('cuts the text of a peer to 64 characters on one line', () => {
    expect(peerWords('RTSP/1.0 200 OK')).to.equal('RTSP/1.0 200 OK');
    expect(peerWords(`a\r\nb\u0000${'c'.repeat(1000)}`)).to.equal(`a  b ${'c'.repeat(59)}…`);
  });
});

describe('messageOf', () => {
  it('finds words for anything that was thrown', () => {
    expect(messageOf(new Error('broken'))).to.equal('broken');
    expect(messageOf('text')).to.equal('text');
    expect(messageOf(undefined)).to.equal('undefined');
  });
});

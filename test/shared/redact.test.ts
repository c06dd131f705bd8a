import { expect } from 'chai';
import { maskUrl, Redactor } from '#shared/redact.ts';

const PASSWORD = 'p@ss:w/rd#1';

describe('Redactor', () => {
  it('removes a registered secret in every form it travels in', () => {
    const redactor = new Redactor();
    redactor.add(PASSWORD);
    for (const form of [
      PASSWORD,
      encodeURIComponent(PASSWORD),
      Buffer.from(PASSWORD).toString('base64'),
      JSON.stringify({ password: PASSWORD }),
    ]) {
      expect(redactor.redact(`before ${form} after`)).to.match(/^before .*\*\*\*.* after$/);
      expect(redactor.redact(form)).to.not.include(PASSWORD).and.not.include(encodeURIComponent(PASSWORD));
    }
  });

  it('removes a secret with characters that mean something in a pattern or a replacement', () => {
    const redactor = new Redactor();
    for (const secret of ['$&$1.*+', 'a"b\\c\nd']) {
      redactor.add(secret);
      expect(redactor.redact(JSON.stringify({ text: `x${secret}y` }))).to.equal('{"text":"x***y"}');
    }
  });

  it('forgets a secret when the last who registered it has said so', () => {
    const redactor = new Redactor();
    const [first, second] = [redactor.add('secret-1'), redactor.add('secret-1')];
    first();
    first();
    expect(redactor.redact('secret-1')).to.equal('***');
    second();
    expect(redactor.redact('secret-1')).to.equal('secret-1');
  });

  it('takes no word of three letters for a secret, since logs would become unreadable', () => {
    const redactor = new Redactor();
    redactor.add('ready'.slice(0, 3));
    redactor.add('');
    redactor.add(undefined);
    expect(redactor.redact('worker is ready')).to.equal('worker is ready');
  });

  it('masks credentials that nobody registered', () => {
    const redactor = new Redactor();
    expect(redactor.redact('GET http://u:secret@host/path')).to.equal('GET http://***@host/path');
    expect(redactor.redact('{"authorization":"Digest username=x, response=y"}')).to.not.include('response');
    expect(redactor.redact('Authorization: Bearer abc')).to.equal('Authorization: Bearer ***');
  });
});

describe('maskUrl', () => {
  for (const [url, masked] of [
    ['rtsp://10.0.0.9:554/1', 'rtsp://10.0.0.9:554/1'],
    ['rtsp://u:p@10.0.0.9/1', 'rtsp://***@10.0.0.9/1'],
    [`rtsp://u:${PASSWORD}@10.0.0.9/1`, 'rtsp://***@10.0.0.9/1'],
    [`open rtsps://u:${PASSWORD}@[::1]:322/1: failed`, 'open rtsps://***@[::1]:322/1: failed'],
    ['http://host/path?mail=a@b', 'http://host/path?mail=a@b'],
    ['{"a":"rtsp://h/1","b":"c@d"}', '{"a":"rtsp://h/1","b":"c@d"}'],
  ] as const) {
    it(`turns ${url} into ${masked}`, () => {
      expect(maskUrl(url)).to.equal(masked);
    });
  }
});

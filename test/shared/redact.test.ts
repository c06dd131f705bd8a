import { expect } from 'chai';
import { maskedStart, maskUrl, Redactor } from '#shared/redact.ts';

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

  it('masks unregistered credentials', () => {
    const redactor = new Redactor();
    expect(redactor.redact('GET http://u:secret@host/path')).to.equal('GET http://***@host/path');
    expect(redactor.redact('{"authorization":"Digest username=x, response=y"}')).to.not.include('response');
    expect(redactor.redact('Authorization: Bearer abc')).to.equal('Authorization: Bearer ***');
  });

  it('masks the longer of two secrets that begin alike, and each of several beside another', () => {
    const redactor = new Redactor();
    for (const secret of ['pass', 'password-1', 'other-one']) redactor.add(secret);
    expect(redactor.redact('password-1passother-one pas')).to.equal('********* pas');
  });

  // Quadratic work would take minutes for each and run into the time limit of the test.
  for (const [name, part] of Object.entries({
    'what could begin a URL everywhere': 'a.',
    'schemes of cameras': 'rtsp://',
    'schemes of others': 'x://',
    'at signs': '@',
    'schemes with at signs': 'x://@',
    'names of a header': 'authorization:',
    'a header without end': 'authorization: basic ',
    'line feeds': '\n',
    'the beginning of a secret': 'pass',
  })) {
    it(`reads two million characters of ${name}`, () => {
      const redactor = new Redactor();
      for (let index = 0; index < 1000; index += 1) redactor.add(`passw0rd-${index}`);
      expect(redactor.redact(part.repeat(2_000_000 / part.length))).to.be.a('string');
    });
  }
});

describe('maskUrl', () => {
  for (const [url, masked] of [
    ['rtsp://10.0.0.9:554/1', 'rtsp://10.0.0.9:554/1'],
    ['rtsp://u:p@10.0.0.9/1', 'rtsp://***@10.0.0.9/1'],
    [`rtsp://u:${PASSWORD}@10.0.0.9/1`, 'rtsp://***@10.0.0.9/1'],
    [`open rtsps://u:${PASSWORD}@[::1]:322/1: failed`, 'open rtsps://***@[::1]:322/1: failed'],
    ['http://host/path?mail=a@b', 'http://host/path?mail=a@b'],
    ['{"a":"rtsp://h/1","b":"c@d"}', '{"a":"rtsp://h/1","b":"c@d"}'],
    ['http://u:p@q@host/a@b rtsp://h/1', 'http://***@host/a@b rtsp://h/1'],
    ['two http://a:b@c,https://d:e@f/ in a line', 'two http://***@c,https://***@f/ in a line'],
    ['http://h/rtsp://u:p/q@r/s', 'http://h/rtsp://***@r/s'],
  ] as const) {
    it(`turns ${url} into ${masked}`, () => {
      expect(maskUrl(url)).to.equal(masked);
    });
  }
});

describe('maskedStart', () => {
  it('keeps a text that is short enough, masked', () => {
    expect(maskedStart('read rtsp://u:p@h/1', 40)).to.equal('read rtsp://***@h/1');
  });

  it('shows no part of the user information that it cuts through', () => {
    expect(maskedStart('read rtsp://user:password@h/1', 20)).to.equal('read rtsp://…');
    expect(maskedStart('http://a:b@c/1 is no video of any camera', 20)).to.equal('http://***@c/1 is no…');
  });
});

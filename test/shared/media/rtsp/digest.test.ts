import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { digestResponse, isKnownAlgorithm, parseAuthHeader } from '#shared/media/rtsp/digest.ts';

describe('digestResponse', () => {
  it('computes the example of RFC 2617 section 3.5', () => {
    expect(
      digestResponse({
        username: 'Mufasa',
        password: 'Circle Of Life',
        realm: 'testrealm@host.com',
        nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
        method: 'GET',
        uri: '/dir/index.html',
        qop: 'auth',
        nc: '00000001',
        cnonce: '0a4f113b',
      }),
    ).to.equal('6629fae49393a05397450978507c4ef1');
  });

  it('computes the SHA-256 example of RFC 7616 section 3.9.1', () => {
    expect(
      digestResponse({
        username: 'Mufasa',
        password: 'Circle of Life',
        realm: 'http-auth@example.org',
        nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
        method: 'GET',
        uri: '/dir/index.html',
        algorithm: 'SHA-256',
        qop: 'auth',
        nc: '00000001',
        cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      }),
    ).to.equal('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1');
  });

  it('does without a quality of protection, as most cameras do', () => {
    // MD5 of HA1:nonce:HA2 (RFC 2069), computed with md5sum.
    expect(
      digestResponse({
        username: 'admin',
        password: 'p@ss:w/rd#1',
        realm: 'camera',
        nonce: 'abc',
        method: 'DESCRIBE',
        uri: 'rtsp://10.0.0.9:554/1',
      }),
    ).to.equal('c7f859c15ea9989894ba5e3f0100d24e');
  });

  it('includes the nonces in the key of an algorithm for sessions', () => {
    const input = {
      username: 'admin',
      password: 'secret',
      realm: 'cam',
      nonce: 'abc',
      method: 'PLAY',
      uri: '/',
    };
    const qop = { qop: 'auth', nc: '00000001', cnonce: 'xyz' };
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const key = md5(`${md5('admin:cam:secret')}:abc:xyz`);
    expect(digestResponse({ ...input, ...qop, algorithm: 'MD5-sess' })).to.equal(
      md5(`${key}:abc:00000001:xyz:auth:${md5('PLAY:/')}`),
    );
  });

  it('knows the algorithms of RFC 7616, MD5 where none is named', () => {
    for (const algorithm of [undefined, 'MD5', 'md5', 'SHA-256', 'MD5-sess', 'SHA-256-sess', 'SHA-512-256'])
      expect(isKnownAlgorithm(algorithm)).to.equal(true);
    for (const algorithm of ['SHA-1', 'token']) expect(isKnownAlgorithm(algorithm)).to.equal(false);
  });
});

describe('parseAuthHeader', () => {
  it('reads quoted and unquoted parameters, commas and escapes inside quotes included', () => {
    const { scheme, parameters } = parseAuthHeader(
      String.raw`Digest realm="IP, \"Camera\"", nonce="a=b,c", algorithm=MD5,qop="auth",stale=FALSE`,
    );
    expect(scheme).to.equal('digest');
    expect(Object.fromEntries(parameters)).to.deep.equal({
      realm: 'IP, "Camera"',
      nonce: 'a=b,c',
      algorithm: 'MD5',
      qop: 'auth',
      stale: 'FALSE',
    });
  });

  it('reads a scheme that stands alone', () => {
    expect(parseAuthHeader('Basic')).to.deep.equal({ scheme: 'basic', parameters: new Map() });
  });

  it('reads no more of a header than a challenge has', () => {
    for (const part of ['a', 'a="', '"\\\\', 'a = '])
      expect(parseAuthHeader(`Digest ${part.repeat(1_000_000)}`).scheme).to.equal('digest');
  });
});

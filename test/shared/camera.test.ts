import { expect } from 'chai';
import { maskedUrl, requestUrl, secretsOf, sourceFromUrl } from '#shared/camera-source.ts';
import { parseConnectRequest } from '#shared/contract/connect.ts';
import { AppError } from '#shared/errors.ts';

function failure(body: unknown): { code: string; message: string; field: string | undefined } {
  try {
    parseConnectRequest(body);
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, message: error.message, field: error.field };
    throw error;
  }
  throw new Error('the request was accepted');
}

describe('parseConnectRequest', () => {
  it('fills in what the contract gives as defaults', () => {
    expect(parseConnectRequest({ cameraId: '7', ip: '10.0.0.9' }).source).to.deep.equal({
      kind: 'rtsp',
      secure: false,
      host: '10.0.0.9',
      port: 554,
      path: '/1',
      username: 'admin',
      password: 'admin',
      transport: 'tcp',
    });
  });

  it('takes credentials with any characters as they are', () => {
    const { source } = parseConnectRequest({
      cameraId: 'a',
      ip: 'cam',
      username: 'ü@:',
      password: 'p@ss:w/rd#1',
    });
    expect([source.username, source.password]).to.deep.equal(['ü@:', 'p@ss:w/rd#1']);
  });

  it('trims the address as it trims a URL, and takes IPv6 with or without brackets', () => {
    for (const [ip, host] of [
      [' 10.0.0.9\n', '10.0.0.9'],
      ['fe80::1', 'fe80::1'],
      ['[fe80::1]', 'fe80::1'],
      ['::ffff:10.0.0.9', '::ffff:10.0.0.9'],
    ] as const)
      expect(parseConnectRequest({ cameraId: 'a', ip }).source.host).to.equal(host);
  });

  it('says where the port goes when it stands behind the address', () => {
    for (const ip of ['10.0.0.9:8554', 'cam.lan:8554', '[fe80::1]:8554'])
      expect(failure({ cameraId: 'a', ip })).to.deep.equal({
        code: 'invalid-field',
        message: 'ip must be an address without a port: put the port into `port`',
        field: 'ip',
      });
  });

  it('takes a number for a camera id', () => {
    expect(parseConnectRequest({ cameraId: 3, ip: 'cam' }).cameraId).to.equal('3');
  });

  it('names the missing fields as old clients expect it', () => {
    expect(failure({})).to.deep.equal({
      code: 'missing-field',
      message: 'Missing required fields: cameraId, ip',
      field: 'cameraId',
    });
    expect(failure({ cameraId: '1' }).message).to.equal('Missing required fields: ip');
    expect(failure(undefined).code).to.equal('missing-field');
  });

  for (const [field, body] of [
    ['cameraId', { cameraId: 'connect', ip: 'cam' }],
    ['cameraId', { cameraId: '../etc', ip: 'cam' }],
    ['cameraId', { cameraId: '__proto__', ip: 'cam' }],
    ['ip', { cameraId: '1', ip: 'cam/era' }],
    ['ip', { cameraId: '1', ip: ' ' }],
    ['ip', { cameraId: '1', ip: 'dead:beef' }],
    ['ip', { cameraId: '1', ip: 'fe80::1%eth0' }],
    ['port', { cameraId: '1', ip: 'cam', port: 70_000 }],
    ['streamPath', { cameraId: '1', ip: 'cam', streamPath: '/a\r\nTEARDOWN' }],
    ['url', { cameraId: '1', url: 'ftp://cam/1' }],
    ['url', { cameraId: '1', url: 'rtsp://' }],
    ['url', { cameraId: '1', url: 'rtsp://[12:34]/1' }],
    ['url', { cameraId: '1', url: 'rtsp://admin:x@/1' }],
    ['transport', { cameraId: '1', ip: 'cam', transport: 'http' }],
    ['extra', { cameraId: '1', ip: 'cam', extra: 1 }],
  ] as const) {
    it(`names ${field} when it is wrong in ${JSON.stringify(body)}`, () => {
      expect(failure(body)).to.include({ code: 'invalid-field', field });
    });
  }
});

describe('sourceFromUrl', () => {
  it('splits user information from the address, escaped or not', () => {
    for (const url of [
      'rtsp://admin:p%40ss%3Aw%2Frd%231@10.0.0.9:8554/live?ch=1',
      'rtsp://admin:p@ss:w/rd#1@10.0.0.9:8554/live?ch=1',
    ]) {
      expect(sourceFromUrl(url)).to.include({
        host: '10.0.0.9',
        port: 8554,
        path: '/live?ch=1',
        username: 'admin',
        password: 'p@ss:w/rd#1',
      });
    }
  });

  it('keeps an @ that belongs to the path', () => {
    expect(sourceFromUrl('rtsp://cam/user@2x/main')).to.include({
      host: 'cam',
      path: '/user@2x/main',
      username: '',
    });
  });

  for (const [url, host, username, password, path] of [
    ['rtsp://admin:x@10.0.0.9/p?mail=a@example.com', '10.0.0.9', 'admin', 'x', '/p?mail=a@example.com'],
    ['rtsp://admin:x@cam/p?mail=a@10.1.1.1', 'cam', 'admin', 'x', '/p?mail=a@10.1.1.1'],
    ['rtsp://admin:x@10.0.0.9?mail=a@example.com', '10.0.0.9', 'admin', 'x', '/?mail=a@example.com'],
    ['rtsp://admin:x@[fe80::1]:8554/u@2x/main', 'fe80::1', 'admin', 'x', '/u@2x/main'],
    ['rtsp://me@home.net:x@10.0.0.9/1', '10.0.0.9', 'me@home.net', 'x', '/1'],
    ['rtsp://admin:p/w@10.0.0.9/1?to=a@', '10.0.0.9', 'admin', 'p/w', '/1?to=a@'],
    ['rtsp://admin:p/w@10.0.0.9/1?to=a@-', '10.0.0.9', 'admin', 'p/w', '/1?to=a@-'],
    ['rtsp://admin:p/w@10.0.0.9/1?to=a@b:99999', '10.0.0.9', 'admin', 'p/w', '/1?to=a@b:99999'],
    ['rtsp://admin:p@ss/w@10.0.0.9/1', '10.0.0.9', 'admin', 'p@ss/w', '/1'],
    ['rtsp://admin:P@ssw0rd?@10.0.0.9/1', '10.0.0.9', 'admin', 'P@ssw0rd?', '/1'],
    ['rtsp://admin:a:b@c@10.0.0.9/1', '10.0.0.9', 'admin', 'a:b@c', '/1'],
  ] as const) {
    it(`reads ${url} as a camera at ${host}`, () => {
      expect(sourceFromUrl(url)).to.include({ host, username, password, path });
    });
  }

  it('knows rtsps, its port, and IPv6 addresses', () => {
    expect(sourceFromUrl('rtsps://[fe80::1]/s')).to.include({
      kind: 'rtsp',
      secure: true,
      host: 'fe80::1',
      port: 322,
      path: '/s',
    });
    expect(requestUrl(sourceFromUrl('rtsp://[fe80::1]:9/s'))).to.equal('rtsp://[fe80::1]:9/s');
  });

  it('shows no password', () => {
    expect(maskedUrl(sourceFromUrl('rtsp://bob:hidden@cam/1'))).to.equal('rtsp://bob:***@cam:554/1');
    const source = sourceFromUrl('rtsp://cam/live?user=bob&password=a%40b&channel=1');
    expect(maskedUrl(source)).to.equal('rtsp://cam:554/live?user=bob&password=***&channel=1');
    expect(requestUrl(source)).to.equal('rtsp://cam:554/live?user=bob&password=a%40b&channel=1');
    expect(secretsOf(source)).to.deep.equal(['a%40b', 'a@b']);
  });
});

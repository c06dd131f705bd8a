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
    ['port', { cameraId: '1', ip: 'cam', port: 70_000 }],
    ['streamPath', { cameraId: '1', ip: 'cam', streamPath: '/a\r\nTEARDOWN' }],
    ['url', { cameraId: '1', url: 'http://cam/1' }],
    ['url', { cameraId: '1', url: 'rtsp://' }],
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

import { expect } from 'chai';
import { parseProbeRequest } from '../../../gateway/discovery/probe-target.ts';
import { codeOf, thrown } from '../../support/errors.ts';

const POLICY = {
  isPublic: true,
  allowsLoopback: false,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [],
};
const parse = (body: unknown) => parseProbeRequest(body, POLICY).target;
const HOST = { host: '203.0.113.9', secure: false };

describe('What a client says of a camera to be found', () => {
  it('is an address, and the port where it is an unusual one', () => {
    expect(parse({ ip: '203.0.113.9' })).to.deep.equal({ ...HOST, username: '', password: '' });
    expect(parse({ ip: '203.0.113.9', port: 8554 })).to.include({ port: 8554 });
  });

  it('is a URL, of which only what it names is known', () => {
    expect(parse({ url: 'rtsp://me:p@ss/w@203.0.113.9:1554/live?x=1' })).to.deep.equal({
      ...HOST,
      ...{ port: 1554, path: '/live?x=1', username: 'me', password: 'p@ss/w' },
    });
    expect(parse({ url: ' 203.0.113.9 ' })).to.deep.equal({ ...HOST, username: '', password: '' });
    expect(parse({ url: '203.0.113.9:554' })).to.include({ port: 554 });
    expect(parse({ url: 'rtsps://203.0.113.9/' })).to.deep.equal({
      ...{ host: '203.0.113.9', secure: true, username: '', password: '' },
    });
    expect(parse({ url: 'rtsp://[2001:db8::9]/1' })).to.include({ host: '2001:db8::9', path: '/1' });
    expect(parse({ url: 'rtsp://[2001:db8::9]/1' })).to.not.have.property('port');
  });

  it('is the address of its web page, which tells where the camera is', () => {
    const place = { ...HOST, username: 'me', password: 'pw' };
    expect(parse({ url: 'http://me:pw@203.0.113.9:8080/doc/page' })).to.deep.equal({
      ...place,
      web: { secure: false, port: 8080, path: '/doc/page' },
    });
    expect(parse({ url: 'https://203.0.113.9/' }).web).to.deep.equal({ secure: true, port: 443 });
    expect(codeOf(() => parse({ url: 'http://203.0.113.9:22/' }))).to.equal('camera-address-denied');
    expect(codeOf(() => parse({ url: 'ftp://203.0.113.9/' }))).to.equal('invalid-field');
  });

  it('prefers the credentials beside the URL, and assumes the usual user', () => {
    const url = 'rtsp://me:old@203.0.113.9/1';
    expect(parse({ url, password: 'new' })).to.include({ username: 'me', password: 'new' });
    expect(parse({ ip: '203.0.113.9', password: 'x' })).to.include({ username: 'admin' });
  });

  it('is checked against the address policy, which names the field', () => {
    expect(thrown(() => parse({ ip: '10.0.0.1' }))).to.include({
      code: 'camera-address-denied',
      field: 'ip',
    });
    expect(thrown(() => parse({ url: 'rtsp://127.0.0.1/1' }))).to.include({ field: 'url' });
    expect(codeOf(() => parse({ ip: '203.0.113.9', port: 22 }))).to.equal('camera-address-denied');
    expect(codeOf(() => parse({ ip: '203.0.113.9:554' }))).to.equal('invalid-field');
  });
});

import { expect } from 'chai';
import {
  changesOf,
  creationOf,
  draftOf,
  faultOf,
  isPrivateAddress,
  newDraft,
} from '../../../gateway/dashboard/browser/camera-draft.ts';
import type { ShownCamera } from '../../../gateway/dashboard/browser/status.ts';

const CAMERA = {
  id: 'gate',
  name: 'Gate',
  location: 'North',
  rtspUrl: 'rtsp://us%3Aer:***@10.0.0.9:8554/live?channel=1',
  sourceType: 'rtsp',
  enabled: true,
  analysis: { motion: true, persons: false, faces: false },
} as ShownCamera;

describe('The form of a camera', () => {
  it('sends the other streams of a camera, and removes one whose field was emptied', () => {
    const draft = { ...newDraft(), ip: '10.0.0.9', subUrl: ' rtsp://10.0.0.9/2 ' };
    expect(creationOf(draft)).to.have.property('subUrl', 'rtsp://10.0.0.9/2');
    expect(creationOf(draft)).not.to.have.property('stillUrl');
    const before = draftOf({ ...CAMERA, subUrl: 'rtsp://10.0.0.9:554/2', stillUrl: null });
    expect(before.subUrl).to.equal('rtsp://10.0.0.9:554/2');
    expect(changesOf({ ...before, name: 'New' }, before)).to.deep.equal({ name: 'New' });
    expect(changesOf({ ...before, subUrl: '' }, before)).to.deep.equal({ subUrl: null });
    expect(creationOf({ ...draft, agent: 'home' })).to.have.property('agent', 'home');
    expect(changesOf({ ...before, agent: 'home' }, before)).to.deep.equal({ agent: 'home' });
    expect(changesOf(before, { ...before, agent: 'home' })).to.deep.equal({ agent: null });
  });

  it('sends the labels of its worker, none for an agent, and says when they are no pairs', () => {
    const draft = { ...newDraft(), ip: '10.0.0.9', labels: 'site=berlin, gpu=1' };
    expect(creationOf(draft)).to.deep.include({ labels: { site: 'berlin', gpu: '1' } });
    expect(creationOf({ ...draft, labels: '' })).not.to.have.property('labels');
    expect(creationOf({ ...draft, agent: 'home' })).not.to.have.property('labels');
    const before = draftOf({ ...CAMERA, labels: { site: 'berlin', gpu: '1' } });
    expect(before.labels).to.equal('gpu=1,site=berlin');
    expect(changesOf(before, before)).to.deep.equal({});
    expect(changesOf({ ...before, labels: '' }, before)).to.deep.equal({ labels: {} });
    expect(faultOf({ ...draft, labels: 'berlin' })).to.include({ field: 'labels' });
    expect(faultOf(draft)).to.equal(undefined);
  });

  it('keeps seconds in memory of a camera that does not record, and hours of one that does', () => {
    const before = draftOf({ ...CAMERA, record: 'off', keep: { seconds: 45 } });
    expect(before.keepSeconds).to.equal('45');
    expect(changesOf(before, before)).to.deep.equal({});
    expect(changesOf({ ...before, keepSeconds: '60' }, before)).to.deep.equal({ keep: { seconds: 60 } });
    expect(changesOf({ ...before, keepSeconds: '' }, before)).to.deep.equal({ keep: null });
    const recording = { ...before, record: 'always', keepHours: '72' };
    expect(changesOf(recording, before)).to.deep.equal({ record: 'always', keep: { hours: 72 } });
    expect(changesOf({ ...recording, keepHours: '' }, before)).to.deep.equal({
      record: 'always',
      keep: null,
    });
  });

  it('sends no transport with the address of a camera over HTTP', () => {
    const draft = { ...newDraft(), kind: 'url' as const, url: 'http://10.0.0.9/video' };
    expect(creationOf(draft)).to.have.property('url', draft.url);
    expect(creationOf(draft)).not.to.have.property('transport');
    expect(creationOf({ ...draft, url: 'rtsp://10.0.0.9/1' })).to.have.property('transport', 'tcp');
  });

  it('shows a stored camera without its password', () => {
    expect(draftOf(CAMERA)).to.deep.include({
      kind: 'address',
      ip: '10.0.0.9',
      port: '8554',
      username: 'us:er',
      password: '',
      streamPath: '/live?channel=1',
      secure: false,
    });
  });

  it('reads addresses of every shape', () => {
    const read = (rtspUrl: string) => {
      const { ip, port, secure, username } = draftOf({ ...CAMERA, rtspUrl });
      return [ip, port, secure, username];
    };
    expect(read('rtsps://[fe80::1]:322/1')).to.deep.equal(['[fe80::1]', '322', true, '']);
    expect(read('rtsp://camera.local:554/')).to.deep.equal(['camera.local', '554', false, '']);
  });

  it('sends of a change only what differs', () => {
    const before = draftOf(CAMERA);
    expect(changesOf({ ...before }, before)).to.deep.equal({});
    expect(changesOf({ ...before, name: 'Big gate' }, before)).to.deep.equal({ name: 'Big gate' });
    expect(changesOf({ ...before, port: '554' }, before)).to.deep.equal({ port: 554 });
  });

  it('sends a password only where one was written', () => {
    const before = draftOf(CAMERA);
    expect(changesOf({ ...before, password: 'new' }, before)).to.deep.equal({ password: 'new' });
  });

  it('sends of a new camera one way to reach it', () => {
    const draft = { ...newDraft(), ip: ' 10.0.0.9 ', url: 'rtsp://elsewhere/1' };
    expect(creationOf(draft)).to.include({ ip: '10.0.0.9', port: 554 }).and.not.have.property('url');
    expect(creationOf({ ...draft, kind: 'url' }))
      .to.include({ url: 'rtsp://elsewhere/1' })
      .and.not.have.property('ip');
  });

  it('takes no password for none, rather than for the usual one', () => {
    expect(creationOf({ ...newDraft(), ip: '10.0.0.9' })).to.have.property('password', '');
  });

  it('reports missing fields immediately, in words', () => {
    const draft = { ...newDraft(), ip: '10.0.0.9' };
    const fieldOf = (change: Partial<typeof draft>) => faultOf({ ...draft, ...change })?.field;
    expect(faultOf(draft)).to.equal(undefined);
    expect(fieldOf({ ip: ' ' })).to.equal('ip');
    expect([fieldOf({ port: 'x' }), fieldOf({ port: '0' }), fieldOf({ port: '' })]).to.deep.equal([
      'port',
      'port',
      undefined,
    ]);
    expect([fieldOf({ kind: 'url' }), fieldOf({ kind: 'url', url: 'rtsp://a/1', ip: '' })]).to.deep.equal([
      'url',
      undefined,
    ]);
  });

  it('knows addresses that no public host reaches', () => {
    const address = (ip: string) => isPrivateAddress({ ...newDraft(), ip });
    const hidden = ['10.0.0.9', '192.168.1.20', '172.16.0.1', 'camera.local', 'camera', 'fd00::1'];
    const open = ['203.0.113.7', '172.32.0.1', 'camera.example.org', '2001:db8::1', '100.20.30.40', ''];
    expect(hidden.filter((ip) => !address(ip))).to.deep.equal([]);
    expect(open.filter(address)).to.deep.equal([]);
    const inUrl = (url: string) => isPrivateAddress({ ...newDraft(), kind: 'url', url });
    expect([inUrl('rtsp://me:p@ss@192.168.1.20:554/1'), inUrl('rtsp://me:x@203.0.113.7/1')]).to.deep.equal([
      true,
      false,
    ]);
  });
});

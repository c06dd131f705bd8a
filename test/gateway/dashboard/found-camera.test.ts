import { expect } from 'chai';
import type { ProbedStream } from '#shared/client/api-types.ts';
import {
  addressOf,
  foundCameraOf,
  nameOf,
  probeRequestOf,
  stepState,
  streamWarning,
  streamWords,
  subOf,
} from '../../../gateway/dashboard/browser/found-camera.ts';

const MAIN: ProbedStream = {
  url: 'rtsp://10.0.0.9:554/1',
  ...{ secure: false, port: 554, streamPath: '/1', role: 'main', codec: 'h264', width: 1920, height: 1080 },
  ...{ fps: 25.1, audio: 'aac', keyframeIntervalMs: 2000, playable: ['webrtc', 'mse', 'hls', 'mjpeg'] },
  previewUrl: null,
};
const SUB: ProbedStream = { ...MAIN, streamPath: '/2', role: 'sub', width: 640, height: 360, audio: null };
const analysis = { motion: false, persons: false, faces: false };
const HERE = { agent: '' };
const choice = { stream: MAIN, sub: undefined, name: ' Gate ', analysis };

describe('A camera that was found', () => {
  it('is looked for by what was entered', () => {
    expect(
      probeRequestOf({ address: ' 10.0.0.9 ', username: ' me ', password: ' x', ...HERE }),
    ).to.deep.equal({
      ...{ url: '10.0.0.9', username: 'me', password: ' x' },
    });
    expect(probeRequestOf({ address: 'a', username: '', password: '', ...HERE })).to.deep.equal({ url: 'a' });
  });

  it('is stored with the user that the gateway took', () => {
    const fields = { address: '10.0.0.9', username: '', password: 'p@ss/w', ...HERE };
    const stored = foundCameraOf(fields, { ip: '10.0.0.9' }, { ...choice, sub: SUB });
    expect(stored).to.deep.equal({
      ...{ name: 'Gate', url: 'rtsp://10.0.0.9:554/1', subUrl: 'rtsp://10.0.0.9:554/2', analysis },
      ...{ username: 'admin', password: 'p@ss/w' },
    });
    const open = foundCameraOf({ ...fields, password: '' }, { ip: '::1' }, choice);
    expect(open).to.include({ url: 'rtsp://[::1]:554/1', username: '', password: '' });
  });

  it('is looked for and stored with the agent that reaches it', () => {
    const fields = { address: '10.0.0.9', username: '', password: '', agent: 'home' };
    expect(probeRequestOf(fields)).to.deep.equal({ url: '10.0.0.9', agent: 'home' });
    expect(foundCameraOf(fields, { ip: '10.0.0.9' }, choice)).to.include({ agent: 'home' });
    expect(foundCameraOf({ ...fields, ...HERE }, { ip: '10.0.0.9' }, choice)).to.not.have.property('agent');
  });

  it('keeps the user information of a pasted URL as it was written', () => {
    const fields = { address: 'rtsp://me:p@ss:w/rd#1@10.0.0.9/old?x=1', username: '', password: '', ...HERE };
    const stored = foundCameraOf(fields, { ip: '10.0.0.9' }, choice);
    expect(stored).to.include({ url: 'rtsp://me:p@ss:w/rd#1@10.0.0.9:554/1' });
    expect(stored).to.not.have.any.keys('username', 'password');
  });

  it('is one that sends pictures over HTTP, where the pasted address was that of pictures', () => {
    const stream = { ...MAIN, url: 'http://me:***@10.0.0.9:81/stream', port: 81, streamPath: '/stream' };
    const fields = { address: 'http://10.0.0.9:81/stream', username: 'me', password: 'x', ...HERE };
    expect(foundCameraOf(fields, { ip: '10.0.0.9' }, { ...choice, stream })).to.include({
      ...{ url: 'http://10.0.0.9:81/stream', username: 'me', password: 'x' },
    });
    const secret = { ...stream, streamPath: '/stream?pwd=***' };
    const pasted = { ...fields, address: 'http://10.0.0.9:81/stream?pwd=x1' };
    expect(foundCameraOf(pasted, { ip: '10.0.0.9' }, { ...choice, stream: secret }).url).to.equal(
      pasted.address,
    );
  });

  it('is looked for where the network search found its ONVIF service', () => {
    const at = (ip: string, onvifUrl: string) => addressOf({ ip, onvifUrl });
    expect(at('10.0.0.9', 'http://10.0.0.9/onvif/device_service')).to.equal('10.0.0.9');
    expect(at('10.0.0.9', 'http://10.0.0.9:8899/onvif/device_service')).to.equal('http://10.0.0.9:8899/');
    expect(at('fe80::1', 'http://[fe80::1]:8000/x')).to.equal('http://[fe80::1]:8000/');
    expect(at('::1', '')).to.equal('[::1]');
  });

  it('takes a secret of its path from where it was told', () => {
    const stream = { ...MAIN, streamPath: '/user=admin_password=***_channel=1' };
    const address = 'rtsp://10.0.0.9/user=admin_password=x1_channel=1';
    const pasted = foundCameraOf(
      { address, username: '', password: '', ...HERE },
      { ip: '10.0.0.9' },
      { ...choice, stream },
    );
    expect(pasted.url).to.equal(address);
    const typed = { address: '10.0.0.9', username: '', password: 'a b', ...HERE };
    expect(foundCameraOf(typed, { ip: '10.0.0.9' }, { ...choice, stream }).url).to.match(
      /password=a%20b_channel/,
    );
  });

  it('is described in words, with what does not play everywhere', () => {
    expect(streamWords(MAIN)).to.equal('1920 × 1080, H.264, 25 fps, sound');
    expect(streamWords({ ...MAIN, width: null, fps: null, audio: null })).to.equal('H.264');
    expect(streamWarning(MAIN)).to.equal(undefined);
    expect(streamWarning({ ...MAIN, codec: 'hevc', playable: ['mjpeg'] })).to.match(/H\.265/);
    expect(streamWarning({ ...MAIN, playable: ['mse', 'hls', 'mjpeg'] })).to.match(/B-frames/);
    expect(streamWarning({ ...MAIN, code: 'camera-busy', hint: 'Wait.' })).to.match(/Wait/);
    expect(nameOf({ vendor: 'Axis', model: 'M1065' })).to.equal('Axis M1065');
    expect(nameOf({ vendor: 'HIKVISION', model: 'Hikvision DS' })).to.equal('Hikvision DS');
  });

  it('takes the largest of its smaller streams for small pictures', () => {
    const tiny = { ...SUB, width: 320, height: 180 };
    expect(subOf([MAIN, tiny, SUB], MAIN)).to.equal(SUB);
    expect(subOf([MAIN, SUB], SUB)).to.equal(undefined);
    expect(subOf([MAIN, { ...SUB, code: 'camera-busy' }], MAIN)).to.equal(undefined);
  });

  it('is looked for line by line', () => {
    const passed = { step: 'reachable', ok: true } as const;
    expect(stepState('reachable', [])).to.equal('running');
    expect(stepState('rtsp', [passed])).to.equal('running');
    expect(stepState('password', [passed])).to.equal('waiting');
    expect(stepState('rtsp', [passed, { step: 'rtsp', ok: false }])).to.equal('failed');
    expect(stepState('password', [passed, { step: 'rtsp', ok: false }])).to.equal('waiting');
  });
});

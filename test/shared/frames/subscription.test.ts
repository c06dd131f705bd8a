import { expect } from 'chai';
import {
  clientMessageSchema,
  type FrameRequest,
  mjpegQuerySchema,
  requestKey,
} from '#shared/frames/subscription.ts';

const isAccepted = (message: object) => clientMessageSchema.safeParse(message).success;

describe('A client message', () => {
  it('subscribes at 15 fps, quality 80, as base64, by default', () => {
    expect(clientMessageSchema.parse({ action: 'subscribe', cameraId: '1' })).to.deep.equal({
      action: 'subscribe',
      cameraId: '1',
      fps: 15,
      quality: 80,
      encoding: 'base64',
      multiple: false,
    });
  });

  it('may name a camera by a number', () => {
    expect(clientMessageSchema.parse({ action: 'subscribe', cameraId: 1 })).to.include({ cameraId: '1' });
    expect(clientMessageSchema.parse({ action: 'unsubscribe', cameraId: 1 })).to.include({ cameraId: '1' });
  });

  for (const [field, good, bad] of [
    ['fps', [0.1, 60], [0, 0.09, 60.1, '15', null]],
    ['width', [16, 7680], [15, 7681, 320.5]],
    ['quality', [1, 100], [0, 101]],
    ['encoding', ['base64', 'binary', 'notify'], ['jpeg', '']],
    ['multiple', [true, false], ['yes', 1]],
    [
      'cameraId',
      ['a.b_c-1'],
      ['', '.a', 'a/b', 'status', '__proto__', 'constructor', 'x'.repeat(65), -1, 1.5],
    ],
  ] as const) {
    it(`has bounds for ${field}`, () => {
      const withField = (value: unknown) => ({ action: 'subscribe', cameraId: '1', [field]: value });
      for (const value of good) expect(isAccepted(withField(value)), String(value)).to.equal(true);
      for (const value of bad) expect(isAccepted(withField(value)), String(value)).to.equal(false);
    });
  }
});

describe('The query of an MJPEG stream', () => {
  it('is text, and has the same defaults and bounds', () => {
    expect(mjpegQuerySchema.parse({ fps: '2', width: '320' })).to.deep.equal({
      fps: 2,
      width: 320,
      quality: 80,
    });
    for (const bad of [{ fps: '0' }, { fps: 'x' }, { width: '1' }, { quality: '1000' }]) {
      expect(mjpegQuerySchema.safeParse(bad).success).to.equal(false);
    }
  });
});

describe('requestKey', () => {
  const request: FrameRequest = { cameraId: '1', fps: 15, width: 320, quality: 80, encoding: 'base64' };

  it('is equal for equal subscriptions', () => {
    expect(requestKey({ ...request })).to.equal(requestKey(request));
  });

  const changes: Partial<FrameRequest>[] = [
    { cameraId: '2' },
    { fps: 14 },
    { width: undefined },
    { quality: 81 },
    { encoding: 'binary' },
  ];
  for (const change of changes) {
    it(`is another one for another ${Object.keys(change)[0]}`, () => {
      expect(requestKey({ ...request, ...change })).to.not.equal(requestKey(request));
    });
  }
});

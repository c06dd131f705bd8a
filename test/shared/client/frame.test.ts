import { expect } from 'chai';
import { parseMessage } from '#shared/client/frame.ts';
import { encodeBinaryFrame, encodeNotifyFrame } from '#shared/frames/payload.ts';

const BASE = 'https://example.org/cams';
const FACTS = {
  cameraId: 'gate-1',
  timestamp: 1_795_000_000.125,
  sequence: 4_000_000_000,
  width: 1280,
  height: 720,
};
const JPEG = Buffer.from([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]);

/** A message as a browser hands it over. */
function asArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

describe('The client reads', () => {
  it('binary frames as the server writes them', () => {
    const message = parseMessage(asArrayBuffer(encodeBinaryFrame(FACTS, JPEG).data), BASE);
    expect(message).to.deep.equal({
      type: 'frame',
      frame: { ...FACTS, jpeg: new Uint8Array(JPEG), url: undefined },
    });
  });

  it('notifications as the server writes them, with an address below its own', () => {
    const text = encodeNotifyFrame(FACTS, '/api/cameras/gate-1/frame?seq=7').data.toString();
    expect(parseMessage(text, BASE)).to.deep.equal({
      type: 'frame',
      frame: { ...FACTS, jpeg: undefined, url: 'https://example.org/cams/api/cameras/gate-1/frame?seq=7' },
    });
  });

  it('errors, pongs and detections', () => {
    expect(parseMessage('{"type":"pong"}', BASE)).to.deep.equal({ type: 'pong' });
    expect(parseMessage('{"type":"error","code":"invalid-field","message":"fps: no"}', BASE)).to.deep.equal({
      type: 'error',
      code: 'invalid-field',
      message: 'fps: no',
      cameraId: undefined,
    });
    const detections = { type: 'detections', cameraId: '1', timestamp: 1, objects: [] };
    expect(parseMessage(JSON.stringify(detections), BASE)).to.deep.equal({ type: 'detections', detections });
  });

  it('nothing out of unknown messages, without throwing', () => {
    const frame = encodeBinaryFrame(FACTS, JPEG).data;
    const otherVersion = Buffer.from(frame);
    otherVersion.writeUInt8(2, 0);
    const longId = Buffer.from(frame);
    longId.writeUInt16BE(60_000, 2);
    const strange = [
      asArrayBuffer(Buffer.alloc(0)),
      asArrayBuffer(frame.subarray(0, 19)),
      asArrayBuffer(otherVersion),
      asArrayBuffer(longId),
      'no json',
      'null',
      '{"type":"subscribed","cameraId":"1"}',
      '{"type":"frame","cameraId":"1"}',
      '{"type":"detections"}',
      undefined,
    ];
    for (const data of strange) expect(parseMessage(data, BASE), String(data)).to.equal(undefined);
  });
});

import { expect } from 'chai';
import { firstMessage, headerOf, RtspProtocolError } from '#shared/media/rtsp/message.ts';
import { cameraIdOf } from '#shared/media/rtsp/reader-request.ts';

describe('A request of an RTSP reader', () => {
  it('names a camera by the first part of its path', () => {
    const named = {
      'rtsp://gateway:8555/gate': 'gate',
      'rtsp://gateway:8555/gate/': 'gate',
      'rtsp://gateway/gate/trackID=0': 'gate',
      'RTSPS://[::1]:8555/a.b-c_1?x=/other': 'a.b-c_1',
      'rtsp://gateway/front%20door': 'front door',
    };
    for (const [uri, id] of Object.entries(named)) expect(cameraIdOf(uri), uri).to.equal(id);
  });

  it('names none without a path, or by a broken one', () => {
    for (const uri of ['*', 'rtsp://gateway:8555', 'rtsp://gateway/', 'http://gateway/gate', 'rtsp://g/%zz'])
      expect(cameraIdOf(uri), uri).to.equal(undefined);
  });

  it('is read with its length, so that what follows can be passed on', () => {
    const first = 'SET_PARAMETER rtsp://x/1 RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 3\r\n\r\nabc';
    const bytes = Buffer.from(`${first}PLAY rtsp://x/1 RTSP/1.0\r\n\r\n`);
    const read = firstMessage(bytes);
    expect(read?.bytes).to.equal(first.length);
    expect(read && headerOf(read.message, 'cseq')).to.equal('2');
    for (let cut = 0; cut < first.length; cut += 1)
      expect(firstMessage(bytes.subarray(0, cut)), `${cut} bytes`).to.equal(undefined);
  });

  it('is refused where it is another language, or too long', () => {
    const endless = `DESCRIBE rtsp://x/1 RTSP/1.0\r\nX: ${'x'.repeat(20_000)}`;
    const long = 'DESCRIBE rtsp://x/1 RTSP/1.0\r\nContent-Length: 1000000\r\n\r\n';
    for (const text of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00', endless, long])
      expect(() => firstMessage(Buffer.from(text)), text.slice(0, 20)).to.throw(RtspProtocolError);
  });
});

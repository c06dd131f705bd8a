import { expect } from 'chai';
import { createHttpSource } from '../../../../../workers/rtsp/source/http/http-source.ts';
import { HttpCamera } from '../../../../field/support/http-camera.ts';
import { httpSourceOf } from '../../../../field/support/http-observe.ts';
import { jpegAt, PASSWORD } from '../../../../field/support/http-quirks.ts';
import { rejection } from '../../../../support/errors.ts';

const policy = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};
const STILL_MS = 50;

describe('A camera over HTTP', () => {
  let camera: HttpCamera;
  afterEach(() => camera.close());

  const run = (
    address: { policy: typeof policy; resolve?: () => Promise<{ address: string; family: number }[]> },
    {
      signal = new AbortController().signal,
      onPacket = (): void => {},
      host = '127.0.0.1',
      answerMs = 20_000,
    } = {},
  ) =>
    rejection(
      createHttpSource(address, { answerMs, stillMs: STILL_MS })(
        httpSourceOf(camera, { host, username: 'admin', password: PASSWORD }),
        { onTrack: () => {}, onPacket },
        signal,
      ),
    );

  it('is not dialled where its address, or one of its name, is not allowed', async () => {
    camera = await new HttpCamera(() => {}).open();
    const denied = { ...policy, allowsLoopback: false };
    expect((await run({ policy: denied })).code).to.equal('camera-address-denied');
    const resolve = async () => [
      { address: '192.0.2.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const named = await run({ policy: denied, resolve }, { host: 'cam.example' });
    expect([named.code, camera.requests]).to.deep.equal(['camera-address-denied', []]);
  });

  it('that says nothing is given up in time', async () => {
    camera = await new HttpCamera(() => {}).open();
    expect((await run({ policy }, { answerMs: 300 })).code).to.equal('camera-timeout');
  });

  it('that ends its stream has failed, unlike one of still pictures', async () => {
    camera = await new HttpCamera((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n');
      socket.end(Buffer.concat([jpegAt(0), jpegAt(1)]));
    }).open();
    const error = await run({ policy });
    expect([error.code, camera.requests.length]).to.deep.equal(['camera-disconnected', 1]);
  });

  it('gets one connection for all its still pictures, which ends with the session', async () => {
    const abort = new AbortController();
    let most = 0;
    camera = await new HttpCamera((socket, { number }) => {
      most = Math.max(most, camera.connections);
      const jpeg = jpegAt(number);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      socket.write(jpeg);
    }).open();
    let pictures = 0;
    const onPacket = (): void => {
      pictures += 1;
      if (pictures === 3) abort.abort();
    };
    expect((await run({ policy }, { signal: abort.signal, onPacket })).code).to.equal('camera-disconnected');
    expect([most, camera.requests.length]).to.deep.equal([1, 3]);
  });
});

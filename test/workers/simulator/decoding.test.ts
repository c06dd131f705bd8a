import { expect } from 'chai';
import type { VideoCodec } from '#shared/media/packet.ts';
import { LoopSource } from '../../../workers/simulator/server/stream/loop-source.ts';
import { playWithFfmpeg } from './support/ffmpeg-client.ts';
import { encodeMaterial } from './support/material.ts';
import { Stage } from './support/serve.ts';

const SIZE = { width: 640, height: 480 };
const COUNT = 10;
/** The bar that moves through the material is at this place in the nth picture. */
const barAt = (index: number) => Math.floor((index / COUNT) * (SIZE.width - 16));

/** Which picture of the material this is; -1 for none. */
function indexOf(luma: Buffer): number {
  const isAt = (x: number) => (luma[240 * SIZE.width + x + 8] ?? 0) > 200;
  return Array.from({ length: COUNT }, (_, index) => index).findIndex((index) => isAt(barAt(index)));
}

describe('FFmpeg as a client', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  async function serve(codec: VideoCodec, options = {}) {
    const units = await encodeMaterial(codec, { ...SIZE, count: COUNT });
    const source = new LoopSource({ codec, units, framesPerSecond: 25 });
    return stage.serveCamera({ streams: new Map([['/cam', source]]), ...options });
  }

  for (const codec of ['h264', 'hevc', 'mjpeg'] as const) {
    for (const transport of ['tcp', 'udp'] as const) {
      it(`decodes every picture of a ${codec} loop in order over ${transport}`, async () => {
        const server = await serve(codec);
        const played = await playWithFfmpeg(server.url('/cam'), { count: 2 * COUNT + 2, transport });
        expect(played).to.include(SIZE);
        const indexes = played.pictures.map(indexOf);
        const first = indexes[0] as number;
        expect(indexes).to.deep.equal(indexes.map((_, n) => (first + n) % COUNT));
      });
    }
  }

  it('sees time go on evenly over the end of the loop', async () => {
    const server = await serve('h264');
    const played = await playWithFfmpeg(server.url('/cam'), { count: 25 });
    // FFmpeg's parser gives the very first picture no time.
    const times = played.times.slice(1);
    for (const [index, time] of times.slice(1).entries()) {
      expect(time - (times[index] as number)).to.be.closeTo(0.04, 0.002);
    }
  });

  it('logs in with digest authentication', async () => {
    const server = await serve('h264', { credentials: { username: 'admin', password: 'secret', qop: true } });
    const url = server.url('/cam').replace('rtsp://', 'rtsp://admin:secret@');
    expect((await playWithFfmpeg(url, { count: 1 })).pictures).to.have.length(1);
  });

  it('is refused without the password', async () => {
    const server = await serve('h264', { credentials: { username: 'admin', password: 'secret' } });
    const failure: unknown = await playWithFfmpeg(server.url('/cam'), { count: 1 }).catch((error) => error);
    expect(failure)
      .to.be.an('error')
      .with.property('message')
      .that.matches(/open the stream/);
  });
});

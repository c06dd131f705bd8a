import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { describeSound } from '#shared/media/mp4/sound-format.ts';
import { HlsStream } from '../../../../../workers/rtsp/outputs/hls/hls-stream.ts';
import { AAC_TRACK } from '../../../../shared/media/mp4/material.ts';
import { rejection } from '../../../../support/errors.ts';
import { findBox, parseBoxes } from '../../../../support/mp4-boxes.ts';
import { formatOf, samples } from './material.ts';

const CUT = { firstSequence: 100, firstDiscontinuity: 0, targetDuration: 2 };
const forever = new AbortController().signal;

/** A stream with its first group of pictures: segment 100 is whole and has two parts. */
function openStream(blockMs = 60_000): HlsStream {
  const stream = new HlsStream(CUT, { blockMs });
  stream.onFormat(formatOf('high'));
  feed(stream, 10);
  stream.goLive();
  return stream;
}

function feed(stream: HlsStream, ...given: Parameters<typeof samples>): void {
  for (const sample of samples(...given)) stream.onSample(sample);
}

const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending');
  const settled = promise.then(
    () => undefined,
    () => undefined,
  );
  return (
    (await Promise.race([settled, new Promise((resolve) => setImmediate(resolve, pending))])) === pending
  );
};

describe('HlsStream', () => {
  it('returns the playlist immediately when no position is requested', async () => {
    expect(await openStream().playlist(undefined, forever)).to.include('seg-100.m4s');
  });

  it('waits with the first playlist until there is a whole segment', async () => {
    const stream = new HlsStream(CUT, { blockMs: 60_000 });
    stream.goLive();
    const playlist = stream.playlist(undefined, forever);
    stream.onFormat(formatOf('high'));
    feed(stream, 4);
    expect(await isPending(playlist)).to.equal(true);
    feed(stream, 1, { first: 4 });
    expect(await playlist).to.include('seg-100.m4s');
  });

  it('says that there is no video yet when none comes', async () => {
    const stream = new HlsStream(CUT, { blockMs: 1 });
    expect((await rejection(stream.playlist(undefined, forever))).code).to.equal('no-video-yet');
  });

  it('tells codecs and size in a playlist of its own, once there is something to play', async () => {
    const stream = new HlsStream(CUT, { blockMs: 60_000 });
    const playlist = stream.multivariant(forever);
    stream.onFormat(formatOf('high'), describeSound(AAC_TRACK));
    expect(await isPending(playlist)).to.equal(true);
    feed(stream, 10);
    stream.goLive();
    expect(await playlist).to.include('CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080');
  });

  it('waits for the part that is asked for', async () => {
    const stream = openStream();
    const playlist = stream.playlist({ sequence: 101, part: 1 }, forever);
    feed(stream, 5, { first: 10 });
    expect(await isPending(playlist)).to.equal(true);
    feed(stream, 5, { first: 15 });
    expect(await playlist).to.include('URI="part-101-1.m4s"\n');
  });

  it('waits for the whole segment when no part is named', async () => {
    const stream = openStream();
    const playlist = stream.playlist({ sequence: 101, part: undefined }, forever);
    feed(stream, 15, { first: 10 });
    expect(await isPending(playlist)).to.equal(true);
    feed(stream, 5, { first: 25 });
    expect(await playlist).to.include('seg-101.m4s');
  });

  it('takes a part behind the last of a segment for the first of the next', async () => {
    const stream = openStream();
    const playlist = stream.playlist({ sequence: 100, part: 2 }, forever);
    expect(await isPending(playlist)).to.equal(true);
    feed(stream, 5, { first: 10 });
    expect(await playlist).to.include('part-101-0.m4s');
  });

  it('refuses a position that is more than two segments ahead', async () => {
    const error = await rejection(openStream().playlist({ sequence: 104, part: undefined }, forever));
    expect([error.code, error.field]).to.deep.equal(['invalid-field', '_HLS_msn']);
  });

  it('gives the playlist as it is when the camera pauses', async () => {
    const stream = openStream(1);
    expect(await stream.playlist({ sequence: 101, part: 0 }, forever)).to.equal(
      await stream.playlist(undefined, forever),
    );
  });

  it('lets go of a request whose client has gone', async () => {
    const client = new AbortController();
    const playlist = openStream().playlist({ sequence: 101, part: 0 }, client.signal);
    client.abort();
    expect(await playlist).to.include('#EXTM3U');
  });

  it('gives the initialisation segment, segments and parts, a segment being its parts', async () => {
    const stream = openStream();
    const [init] = await stream.file('init-100.mp4', forever);
    expect(findBox(parseBoxes(init as Buffer), 'moov').type).to.equal('moov');
    const segment = Buffer.concat(await stream.file('seg-100.m4s', forever));
    const parts = [
      await stream.file('part-100-0.m4s', forever),
      await stream.file('part-100-1.m4s', forever),
    ];
    expect(segment).to.deep.equal(Buffer.concat(parts.flat()));
  });

  it('waits for the part that its playlist hints at', async () => {
    const stream = openStream();
    const part = stream.file('part-101-0.m4s', forever);
    expect(await isPending(part)).to.equal(true);
    feed(stream, 5, { first: 10 });
    expect(findBox(parseBoxes(Buffer.concat(await part)), 'moof').type).to.equal('moof');
  });

  it('gives no segment that is not whole and no name that was never used', async () => {
    const stream = openStream();
    feed(stream, 5, { first: 10 });
    for (const name of ['seg-101.m4s', 'seg-99.m4s', 'part-100-9.m4s', 'init-99.mp4', 'seg-100-1.m4s']) {
      expect((await rejection(stream.file(name, forever))).code, name).to.equal('not-found');
    }
  });

  it('goes on with another initialisation segment when the parameters change, and keeps the first while it is listed', async () => {
    const stream = openStream();
    stream.onFormat(formatOf('baseline'));
    feed(stream, 10, { first: 50 });
    expect(await stream.playlist(undefined, forever)).to.include(
      '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-101.mp4"',
    );
    const [before, after] = [
      await stream.file('init-100.mp4', forever),
      await stream.file('init-101.mp4', forever),
    ];
    expect(before[0]?.equals(after[0] as Buffer)).to.equal(false);
  });

  it('tells everyone who waits that the camera cannot be carried, or was removed', async () => {
    const stream = openStream();
    const playlist = rejection(stream.playlist({ sequence: 101, part: 0 }, forever));
    stream.onUnsupported(new AppError('mse-unsupported-codec', 'The camera sends MJPEG'));
    expect((await playlist).code).to.equal('hls-unsupported-codec');
    stream.onFormat(formatOf('high'));
    const part = rejection(stream.file('part-101-0.m4s', forever));
    stream.onRemoved();
    expect((await part).code).to.equal('camera-not-found');
  });
});

import { expect } from 'chai';
import type { AudioPacket, AudioTrack } from '#shared/media/audio-track.ts';
import { Ffmpeg } from '../../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import type { AudioLoop } from '../../../../workers/simulator/server/stream/audio-source.ts';
import { silentLog } from '../../../support/serve.ts';
import { aacTone, pcmuTone } from '../../../support/tone.ts';
import { waitFor } from '../../../support/wait-for.ts';

const log = silentLog;

describe('Opus made of AAC and G.711', () => {
  let tone: AudioLoop;
  let track: AudioTrack;
  let made: AudioPacket[];

  before(async () => {
    tone = await aacTone();
    track = { codec: 'aac', clockHz: tone.clockHz, channels: 1, config: tone.config };
  });

  beforeEach(() => {
    made = [];
  });

  const open = (change: Partial<AudioTrack> = {}) =>
    new Ffmpeg({ maxPixels: 1, log }).openTranscoder(
      { ...track, ...change },
      (packet) => void made.push(packet),
    );

  /** Frames of 64 ms, in one burst. */
  function push(
    transcoder: ReturnType<typeof open>,
    count: number,
    { from = 0, data = undefined as Buffer | undefined } = {},
  ) {
    for (let index = 0; index < count; index += 1)
      transcoder.push({ data: data ?? tone.frame(index), ticks: from + index * 1024 });
  }

  it('comes in packets of 20 ms, as long as the sound', async () => {
    const transcoder = open();
    push(transcoder, 20);
    // 20 frames are 61440 samples of 48 kHz: 64 packets, less what the resampler holds back.
    await waitFor(() => made.length >= 63);
    const steps = made.slice(1).map(({ ticks }, index) => ticks - (made[index] as AudioPacket).ticks);
    expect(new Set(steps)).to.deep.equal(new Set([960]));
    expect(made.slice(5).every(({ data }) => data.length > 10)).to.equal(true);
    transcoder.close();
  });

  it('is made of G.711 too', async () => {
    const pcm = { codec: 'pcmu', clockHz: 8000, channels: 1, config: Buffer.alloc(0) } as const;
    const transcoder = open(pcm);
    const telephone = pcmuTone();
    for (let index = 0; index < 20; index += 1)
      transcoder.push({ data: telephone.frame(index), ticks: index * 160 });
    // 20 packets of 20 ms, less what the resampler holds back.
    await waitFor(() => made.length >= 19);
    expect(made.slice(5).every(({ data }) => data.length > 10)).to.equal(true);
    expect(made.at(-1)?.ticks).to.equal((made.length - 1) * 960);
    transcoder.close();
  });

  it('keeps a gap of the camera as a gap', async () => {
    const transcoder = open();
    push(transcoder, 4);
    push(transcoder, 4, { from: 160_000 });
    await waitFor(() => made.length > 14);
    expect(made.at(-1)?.ticks).to.be.within(480_000, 480_000 + 4 * 3072);
    transcoder.close();
  });

  it('leaves out what cannot be decoded, and goes on', async () => {
    const transcoder = open();
    push(transcoder, 2, { data: Buffer.from('no AAC at all') });
    push(transcoder, 4, { from: 2048 });
    await waitFor(() => made.length > 5);
    transcoder.close();
  });

  it('is silent with a configuration that FFmpeg refuses, or once it is closed', async () => {
    const broken = open({ config: Buffer.from([0xff, 0xff, 0xff]) });
    const closed = open();
    closed.close();
    push(broken, 4);
    push(closed, 4);
    const whole = open();
    push(whole, 4);
    await waitFor(() => made.length > 5);
    const count = made.length;
    expect(count).to.be.lessThan(14);
    broken.close();
    whole.close();
  });
});

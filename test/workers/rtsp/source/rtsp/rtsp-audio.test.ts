import { expect } from 'chai';
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import { createRtspSource, SOURCE_TIMINGS } from '../../../../../workers/rtsp/source/rtsp/rtsp-source.ts';
import type { AudioLoop } from '../../../../../workers/simulator/server/stream/audio-source.ts';
import { LoopSource } from '../../../../../workers/simulator/server/stream/loop-source.ts';
import { cameraSource } from '../../../../support/camera-source.ts';
import { CLIP_FPS, testClip } from '../../../../support/test-clip.ts';
import { aacTone, opusTone, pcmuTone } from '../../../../support/tone.ts';
import { waitFor } from '../../../../support/wait-for.ts';
import { Stage } from '../../../simulator/support/serve.ts';

const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [],
};

describe('A camera with sound', () => {
  let stage: Stage;
  let ends: (() => Promise<void>)[];

  beforeEach(() => {
    stage = new Stage();
    ends = [];
  });

  afterEach(async () => {
    await Promise.all(ends.map((end) => end()));
    await stage.close();
  });

  async function serve(audio: AudioLoop) {
    const units = await testClip();
    const source = new LoopSource({ codec: 'h264', units, framesPerSecond: CLIP_FPS, audio });
    return stage.serve({ streams: new Map([['/cam', source]]) });
  }

  /** Receives until the test ends. */
  function receive(port: number, { transport = 'tcp' as 'tcp' | 'udp', wantsAudio = true } = {}) {
    const got = { tracks: [] as VideoTrack[], pictures: 0, sound: [] as AudioPacket[] };
    const abort = new AbortController();
    const run = createRtspSource({ policy: POLICY }, SOURCE_TIMINGS);
    const onAudio = { onAudio: (packet: AudioPacket) => void got.sound.push(packet) };
    const ended = run(
      cameraSource(port, { host: '127.0.0.1', path: '/cam', transport }),
      {
        onTrack: (track) => void got.tracks.push(track),
        onPacket: () => {
          got.pictures += 1;
        },
        ...(wantsAudio ? onAudio : {}),
      },
      abort.signal,
    ).catch(() => {});
    ends.push(() => {
      abort.abort();
      return ended;
    });
    return got;
  }

  for (const transport of ['tcp', 'udp'] as const) {
    it(`delivers it beside its pictures over ${transport}`, async () => {
      const server = await serve(pcmuTone());
      const got = receive(server.port, { transport });
      await waitFor(() => got.sound.length > 10 && got.pictures > 5);
      expect(got.tracks.map(({ audio }) => audio?.codec)).to.deep.equal(['pcmu']);
      const [first, second] = got.sound;
      expect(first?.data).to.have.length(160);
      expect((second?.ticks ?? 0) - (first?.ticks ?? 0)).to.equal(160);
    });
  }

  it('delivers AAC and Opus frame by frame', async () => {
    for (const [tone, ticks] of [
      [await aacTone(), 1024],
      [await opusTone(), 960],
    ] as const) {
      const got = receive((await serve(tone)).port);
      await waitFor(() => got.sound.length > 3);
      expect(got.tracks[0]?.audio?.codec).to.equal(tone.codec);
      expect((got.sound[1]?.ticks ?? 0) - (got.sound[0]?.ticks ?? 0)).to.equal(ticks);
    }
  });

  it('is not asked for its sound when no output takes it', async () => {
    const server = await serve(pcmuTone());
    const got = receive(server.port, { wantsAudio: false });
    await waitFor(() => got.pictures > 5);
    expect(server.stats().requests.SETUP).to.equal(1);
    expect(got.tracks[0]?.audio).to.equal(undefined);
  });

  for (const how of ['refuse', 'drop', 'silent'] as const) {
    it(`shows its pictures though its sound is broken (${how})`, async () => {
      const server = await serve(pcmuTone());
      server.setFault('/cam', { fault: 'bad-audio', how });
      const got = receive(server.port);
      await waitFor(() => got.pictures > 5);
      expect(got.tracks.at(-1)?.audio).to.equal(undefined);
      expect(got.sound).to.deep.equal([]);
    });
  }
});

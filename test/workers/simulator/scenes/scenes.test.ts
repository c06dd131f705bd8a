import { expect } from 'chai';
import type { AccessUnit } from '#shared/media/packet.ts';
import { SCENES } from '../../../../workers/simulator/scenes/catalogue.ts';
import { quietFfmpeg } from '../../../../workers/simulator/scenes/h264-encoder.ts';
import { LOOP_FRAMES, SCENE_WIDTH, SceneRenderer } from '../../../../workers/simulator/scenes/scene.ts';
import { SceneEncoder } from '../../../../workers/simulator/scenes/scene-encoder.ts';
import { createRtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import type { StreamSource } from '../../../../workers/simulator/server/stream/stream-source.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { playWithFfmpeg } from '../support/ffmpeg-client.ts';

/** Share of samples that differ clearly. */
function difference(a: Buffer, b: Buffer): number {
  let different = 0;
  for (let at = 0; at < a.length; at += 7) {
    if (Math.abs((a[at] as number) - (b[at] as number)) > 20) different += 1;
  }
  return different / (a.length / 7);
}

describe('the scenes', () => {
  it('are four cameras with names and numbers', () => {
    expect(SCENES.map(({ number, title }) => `${number} ${title}`)).to.deep.equal([
      '1 Front Door',
      '2 Back Yard',
      '3 Garage',
      '4 Side Entrance',
    ]);
  });

  it('can be told apart at a glance', () => {
    const pictures = SCENES.map((scene) => Buffer.from(new SceneRenderer(scene).render(0)));
    for (const [index, picture] of pictures.entries()) {
      for (const other of pictures.slice(index + 1)) {
        expect(difference(picture, other)).to.be.greaterThan(0.3);
      }
    }
  });

  for (const scene of SCENES) {
    it(`move: ${scene.title}`, () => {
      const renderer = new SceneRenderer(scene);
      const early = Buffer.from(renderer.render(90));
      const late = renderer.render(240);
      expect(difference(early, late)).to.be.greaterThan(0.01);
    });

    it(`come round to where they began: ${scene.title}`, () => {
      const renderer = new SceneRenderer(scene);
      const first = Buffer.from(renderer.render(0));
      const ordinary = Array.from({ length: 45 }, (_, index) => {
        const before = Buffer.from(renderer.render(index));
        return difference(before, renderer.render(index + 1));
      });
      expect(difference(renderer.render(LOOP_FRAMES - 1), first)).to.be.at.most(Math.max(...ordinary) * 1.1);
    });
  }

  it('show a timer that runs in tenths of a second', () => {
    const renderer = new SceneRenderer(SCENES[0] as (typeof SCENES)[number]);
    const clockOf = (index: number): Buffer => {
      const picture = renderer.render(index);
      const rows = Array.from({ length: 56 }, (_, row) =>
        picture.subarray(row * SCENE_WIDTH + 1070, (row + 1) * SCENE_WIDTH),
      );
      return Buffer.concat(rows);
    };
    expect(clockOf(31)).to.deep.equal(clockOf(31));
    expect(clockOf(32)).to.not.deep.equal(clockOf(30));
  });
});

describe('SceneEncoder', () => {
  let scenes: SceneEncoder;
  before(async () => {
    quietFfmpeg();
    scenes = await SceneEncoder.open(SCENES);
  });
  after(() => scenes.close());

  async function collect(source: StreamSource | undefined, count: number): Promise<AccessUnit[]> {
    const units: AccessUnit[] = [];
    const stop = source?.subscribe((unit) => units.push(unit));
    await waitFor(() => units.length >= count, { timeoutMs: 30_000, message: `${count} access units` });
    stop?.();
    return units;
  }

  it('serves every scene at its number', () => {
    expect([...scenes.streams.keys()]).to.deep.equal(['/1', '/2', '/3', '/4']);
  });

  it('plays all scenes while they are still being encoded, without a break', async () => {
    const heard = await Promise.all([...scenes.streams.values()].map((source) => collect(source, 35)));
    for (const units of heard) {
      const keyframes = units.flatMap(({ keyframe }, index) => (keyframe ? [index] : []));
      expect(keyframes.slice(0, 2)).to.deep.equal([0, 30]);
    }
  });

  it('is understood by FFmpeg as 1280x720', async () => {
    const server = createRtspServer({ streams: scenes.streams });
    await server.listen();
    const played = await playWithFfmpeg(server.url('/2'), { count: 5 });
    await server.close();
    expect(played).to.include({ width: 1280, height: 720 });
  });

  it('places keyframes at another distance when asked, and as usual again', async () => {
    const source = scenes.streams.get('/1');
    const keyframesOf = async () =>
      (await collect(source, 7)).flatMap(({ keyframe }, index) => (keyframe ? [index] : []));
    source?.setKeyframeInterval?.(0.2);
    await waitFor(async () => (await keyframesOf()).join() === '0,3,6', {
      timeoutMs: 30_000,
      message: 'a keyframe in every third picture',
    });
    source?.setKeyframeInterval?.(undefined);
    expect(await keyframesOf()).to.deep.equal([0]);
  });
});

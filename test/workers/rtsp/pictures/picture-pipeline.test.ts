import { expect } from 'chai';
import { GopCache } from '../../../../workers/rtsp/packets/gop-cache.ts';
import type { Demand } from '../../../../workers/rtsp/pictures/demand.ts';
import type { NativeFrame, PictureEncoders } from '../../../../workers/rtsp/pictures/live-frame.ts';
import type { Decoder } from '../../../../workers/rtsp/pictures/media.ts';
import { newPictureCounters } from '../../../../workers/rtsp/pictures/picture-counters.ts';
import { PicturePipeline } from '../../../../workers/rtsp/pictures/picture-pipeline.ts';
import type { PipelineOptions } from '../../../../workers/rtsp/pictures/pipeline-options.ts';
import { rejection } from '../../../support/errors.ts';
import { silentLog } from '../../../support/serve.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** By its width a test knows in which quality a picture was decoded. */
const DEGRADED_WIDTH = 8;
const FULL_WIDTH = 16;
/** Viewers that want as much. */
const VIEWERS: Record<Demand, { maxFps: number; needsFullQuality: boolean }> = {
  none: { maxFps: 0, needsFullQuality: false },
  keyframes: { maxFps: 1, needsFullQuality: true },
  all: { maxFps: 30, needsFullQuality: true },
  analysis: { maxFps: 30, needsFullQuality: false },
};
const H264 = { codec: 'h264', parameterSets: Buffer.alloc(0), announcedFps: undefined } as const;
/** From one packet to the next, milliseconds. */
const PACKET_MS = 40;
const AUTO = { width: undefined, quality: 80 };

describe('PicturePipeline', () => {
  let gop: GopCache;
  let decoded: number[];
  /** Those of them that were decoded in lower quality. */
  let degraded: number[];
  let counters: ReturnType<typeof newPictureCounters>;
  let viewers: (typeof VIEWERS)[Demand];
  /** Whether a viewer waits for a picture; asked of packets that refer to no other. */
  let isDue: (mediaTimeMs: number) => boolean;
  let shown: number[];
  let opened: number;
  let disposed: number;
  let living: number;
  /** Calls of a decoder that is freed, and decoders freed during a call: native code crashes. */
  let misused: number;
  /** Settles when the encoders are freed. */
  let encodersFreed: Promise<void>;
  /** Frames that the decoder holds back, as a stream with B-frames makes it do. */
  let delay: number;
  let pipeline: PicturePipeline;
  let isSlow: boolean;
  let sequence: number;

  class FakeDecoder implements Decoder {
    skipLoopFilter = false;
    #held: number[] = [];
    #isBusy = false;
    #isFreed = false;

    async decode(_data: Buffer, sequence: number) {
      if (this.#isFreed) misused += 1;
      this.#isBusy = true;
      if (isSlow)
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      this.#isBusy = false;
      decoded.push(sequence);
      if (this.skipLoopFilter) degraded.push(sequence);
      this.#held.push(sequence);
      return { frames: this.#give(delay), failed: false };
    }

    async drain() {
      return this.#give(0);
    }

    reset(): void {
      this.#held = [];
    }

    [Symbol.dispose](): void {
      disposed += 1;
      if (this.#isBusy) misused += 1;
      this.#isFreed = true;
    }

    #give(keep: number): NativeFrame[] {
      const given = this.#held.splice(0, Math.max(0, this.#held.length - keep));
      living += given.length;
      const free = (): void => {
        living -= 1;
      };
      const width = this.skipLoopFilter ? DEGRADED_WIDTH : FULL_WIDTH;
      return given.map((each) => ({ native: { free }, sequence: each, width, height: 16 }));
    }
  }

  /** Resolves what decoding waits for; set by tests that make it slow. */
  let goOn: (() => void) | undefined;

  const encoders: PictureEncoders = {
    encode: async ({ sequence: each, width }) => ({ bytes: Buffer.from([each]), width, height: 16 }),
    close: () => encodersFreed,
  };

  beforeEach(() => {
    gop = new GopCache();
    decoded = [];
    degraded = [];
    shown = [];
    isSlow = false;
    goOn = undefined;
    opened = disposed = living = misused = delay = sequence = 0;
    encodersFreed = Promise.resolve();
    viewers = VIEWERS.none;
    isDue = () => true;
    open();
  });

  function open(options: Partial<PipelineOptions> = {}): void {
    counters = newPictureCounters();
    pipeline = new PicturePipeline({
      cameraId: '1',
      track: H264,
      gop,
      stream: { isLive: true, keyframeIntervalMs: 1000 },
      media: {
        openDecoder: async () => {
          opened += 1;
          return new FakeDecoder();
        },
        createEncoders: () => encoders,
      },
      counters,
      onSize: () => {},
      log: silentLog,
      idleMs: 10,
      ...options,
    });
    pipeline.attach({
      get maxFps() {
        return viewers.maxFps;
      },
      get needsFullQuality() {
        return viewers.needsFullQuality;
      },
      attach: () => {},
      isDue: (mediaTimeMs) => isDue(mediaTimeMs),
      publish: async ({ facts }) => void shown.push(facts.sequence),
    });
  }

  function setDemand(demand: Demand): void {
    viewers = VIEWERS[demand];
    pipeline.updateDemand();
  }

  afterEach(async () => {
    await pipeline.close();
    expect(living, 'native frames left').to.equal(0);
    expect(disposed, 'decoders freed').to.equal(opened);
    expect(misused, 'freed decoders used').to.equal(0);
  });

  function receive(...keyframes: boolean[]): void {
    for (const keyframe of keyframes) {
      sequence += 1;
      gop.push({
        data: Buffer.alloc(1),
        keyframe,
        mediaTimeMs: sequence * PACKET_MS,
        capturedAt: sequence * PACKET_MS,
        sequence,
      });
      pipeline.wake();
    }
  }

  it('decodes nothing without demand', () => {
    receive(true, false, false);
    expect(opened).to.equal(0);
  });

  it('decodes from the cached keyframe to the newest packet for a snapshot', async () => {
    receive(true, false, false);
    const picture = await pipeline.snapshot(AUTO);
    expect(decoded).to.deep.equal([1, 2, 3]);
    expect(picture.facts.sequence).to.equal(3);
    expect(shown).to.deep.equal([]);
  });

  it('goes on from where it is for the next snapshot', async () => {
    receive(true, false);
    await pipeline.snapshot(AUTO);
    receive(false);
    await pipeline.snapshot(AUTO);
    expect(decoded).to.deep.equal([1, 2, 3]);
  });

  it('gives everyone who asks for the same frame the same picture', async () => {
    receive(true);
    const pictures = await Promise.all([pipeline.snapshot(AUTO), pipeline.snapshot(AUTO)]);
    expect(pictures[0]).to.equal(pictures[1]);
  });

  it('catches up for the first viewer and shows only the newest frame of the group', async () => {
    receive(true, ...Array.from({ length: 20 }, () => false));
    setDemand('all');
    await waitFor(() => shown.includes(21));
    expect(decoded).to.have.length(21);
    // The first, since nothing was shown for long, and those with so few behind them that they count as newest.
    expect(shown.length).to.be.at.most(4);
  });

  it('decodes each picture once while there are viewers', async () => {
    setDemand('all');
    for (let index = 0; index < 5; index += 1) {
      receive(index === 0);
      await waitFor(() => shown.includes(index + 1));
    }
    expect(decoded).to.deep.equal([1, 2, 3, 4, 5]);
    expect(shown).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('decodes keyframes only where that is all that is wanted', async () => {
    setDemand('keyframes');
    receive(true, false, false);
    await waitFor(() => shown.includes(1));
    receive(true, false, false);
    await waitFor(() => shown.includes(4));
    expect(decoded).to.deep.equal([1, 4]);
  });

  describe('for analysis alone', () => {
    beforeEach(async () => {
      setDemand('analysis');
      receive(true, false, false);
      await waitFor(() => shown.includes(3));
    });

    it('decodes in lower quality', () => {
      expect(degraded).to.deep.equal([1, 2, 3]);
    });

    it('gives it the newest picture as it is', async () => {
      expect((await pipeline.snapshot({ ...AUTO, isLuma: true })).facts.sequence).to.equal(3);
      expect(decoded).to.deep.equal([1, 2, 3]);
    });

    it('goes back to the keyframe for a snapshot in full quality, and keeps it for those that follow', async () => {
      expect((await pipeline.snapshot(AUTO)).facts).to.include({ sequence: 3, width: FULL_WIDTH });
      receive(false);
      await waitFor(() => shown.includes(4));
      await pipeline.snapshot(AUTO);
      expect(decoded).to.deep.equal([1, 2, 3, 1, 2, 3, 4]);
      expect(degraded).to.deep.equal([1, 2, 3]);
    });

    it('gives no degraded picture in place of a full one that the decoder holds back', async () => {
      delay = 3;
      expect((await pipeline.snapshot(AUTO)).facts).to.include({ sequence: 3, width: FULL_WIDTH });
    });

    it('has full quality from the first picture that a viewer gets', async () => {
      shown = [];
      setDemand('all');
      await waitFor(() => shown.includes(3));
      receive(false);
      await waitFor(() => shown.includes(4));
      expect(decoded).to.deep.equal([1, 2, 3, 1, 2, 3, 4]);
      expect(degraded).to.deep.equal([1, 2, 3]);
    });

    it('has lower quality again when the viewer is gone, in the middle of a group', async () => {
      setDemand('all');
      receive(false);
      await waitFor(() => shown.includes(4));
      setDemand('analysis');
      receive(false);
      await waitFor(() => shown.includes(5));
      expect(degraded).to.deep.equal([1, 2, 3, 5]);
    });
  });

  describe('where decoding cannot keep up', () => {
    /** Lets the decoder finish the packet in hand. */
    async function finish(packet: number): Promise<void> {
      await waitFor(() => goOn !== undefined);
      goOn?.();
      goOn = undefined;
      await waitFor(() => decoded.includes(packet));
    }

    beforeEach(async () => {
      open({ overloadedAfterMs: 0 });
      setDemand('all');
      receive(true, false);
      await waitFor(() => shown.includes(2));
      isSlow = true;
      receive(false, false, false);
      // The keyframe overtakes packets 4 and 5.
      receive(true);
      await finish(3);
      await finish(6);
    });

    it('lowers the quality from the first packet on that comes too late', async () => {
      expect(decoded).to.deep.equal([1, 2, 3, 6]);
      expect(degraded).to.deep.equal([6]);
      await waitFor(() => counters.degraded === 1);
    });

    it('gives viewers such pictures, for snapshots too, and does not go back for better ones', async () => {
      await waitFor(() => shown.includes(6));
      expect((await pipeline.snapshot(AUTO)).facts).to.include({ sequence: 6, width: DEGRADED_WIDTH });
      expect(decoded).to.deep.equal([1, 2, 3, 6]);
    });

    it('gives snapshots full quality when no viewer is left', async () => {
      await waitFor(() => shown.includes(6));
      setDemand('none');
      isSlow = false;
      expect((await pipeline.snapshot(AUTO)).facts).to.include({ sequence: 6, width: FULL_WIDTH });
    });
  });

  describe('of packets that refer to no other', () => {
    beforeEach(() => {
      open({ track: { ...H264, codec: 'mjpeg' } });
      isDue = (mediaTimeMs) => (mediaTimeMs / PACKET_MS) % 3 === 0;
    });

    it('decodes those that a viewer is due for', async () => {
      setDemand('all');
      for (const due of [3, 6, 9]) {
        receive(true, true, true);
        await waitFor(() => shown.includes(due));
      }
      expect(decoded).to.deep.equal([3, 6, 9]);
      expect(counters.degraded).to.equal(0);
    });

    it('decodes any for a snapshot', async () => {
      setDemand('all');
      receive(true);
      expect((await pipeline.snapshot(AUTO)).facts.sequence).to.equal(1);
    });
  });

  it('is not overloaded when it only catches up for a new viewer', async () => {
    receive(true, ...Array.from({ length: 20 }, () => false));
    setDemand('all');
    await waitFor(() => shown.includes(21));
    expect(degraded).to.deep.equal([]);
  });

  it('gives a snapshot its picture though the decoder holds frames back', async () => {
    delay = 2;
    receive(true, false);
    expect((await pipeline.snapshot(AUTO)).facts.sequence).to.equal(2);
    receive(false);
    expect((await pipeline.snapshot(AUTO)).facts.sequence).to.be.at.least(2);
  });

  it('frees its decoder after a time without demand', async () => {
    receive(true);
    await pipeline.snapshot(AUTO);
    await waitFor(() => disposed === 1);
    expect(living).to.equal(0);
  });

  it('opens another decoder for a viewer who comes while the idle one is freed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    receive(true);
    await pipeline.snapshot(AUTO);
    encodersFreed = promise;
    await waitFor(() => living === 0);
    setDemand('all');
    receive(false);
    resolve();
    await waitFor(() => shown.includes(2));
    expect(opened).to.equal(2);
  });

  it('says that there is no frame before the first keyframe', async () => {
    receive(false);
    expect((await rejection(pipeline.snapshot(AUTO))).code).to.equal('no-frame-yet');
  });

  it('leaves no caller waiting when it closes', async () => {
    receive(true);
    const asked = rejection(pipeline.snapshot(AUTO)).catch((error: Error) => error);
    await pipeline.close();
    expect(await asked).to.be.an('error');
  });
});

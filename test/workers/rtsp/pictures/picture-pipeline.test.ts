import { expect } from 'chai';
import { pino } from 'pino';
import { GopCache } from '../../../../workers/rtsp/packets/gop-cache.ts';
import { Haste } from '../../../../workers/rtsp/pictures/haste.ts';
import type { NativeFrame, PictureEncoders } from '../../../../workers/rtsp/pictures/live-frame.ts';
import {
  type Decoder,
  PicturePipeline,
  type PipelineOptions,
} from '../../../../workers/rtsp/pictures/picture-pipeline.ts';
import { rejection } from '../../../support/errors.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** By its width a test knows a picture that was decoded roughly. */
const ROUGH_WIDTH = 8;
const EXACT_WIDTH = 16;
const AUTO = { width: undefined, quality: 80 };

describe('PicturePipeline', () => {
  let gop: GopCache;
  let decoded: number[];
  /** Those of them that were decoded roughly. */
  let rough: number[];
  /** How many were decoded in haste. */
  let hasty: number;
  let shown: number[];
  let opened: number;
  let disposed: number;
  let living: number;
  /** Frames that the decoder holds back, as a stream with B-frames makes it do. */
  let delay: number;
  let pipeline: PicturePipeline;
  let isSlow: boolean;
  let sequence: number;

  class FakeDecoder implements Decoder {
    isRough = false;
    #held: number[] = [];

    async decode(_data: Buffer, sequence: number) {
      if (isSlow)
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      decoded.push(sequence);
      if (this.isRough) rough.push(sequence);
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
    }

    #give(keep: number): NativeFrame[] {
      const given = this.#held.splice(0, Math.max(0, this.#held.length - keep));
      living += given.length;
      const free = (): void => {
        living -= 1;
      };
      const width = this.isRough ? ROUGH_WIDTH : EXACT_WIDTH;
      return given.map((each) => ({ native: { free }, sequence: each, width, height: 16 }));
    }
  }

  /** Resolves what decoding waits for; set by tests that make it slow. */
  let goOn: (() => void) | undefined;

  const encoders: PictureEncoders = {
    encode: async ({ sequence: each, width }) => ({ bytes: Buffer.from([each]), width, height: 16 }),
    close: async () => {},
  };

  beforeEach(() => {
    gop = new GopCache();
    decoded = [];
    rough = [];
    shown = [];
    isSlow = false;
    goOn = undefined;
    opened = disposed = living = delay = sequence = hasty = 0;
    open();
  });

  function open(options: Pick<PipelineOptions, 'isDue' | 'haste'> = {}): void {
    pipeline = new PicturePipeline({
      ...options,
      cameraId: '1',
      gop,
      openDecoder: async () => {
        opened += 1;
        return new FakeDecoder();
      },
      encoders,
      onFrame: async ({ facts }) => void shown.push(facts.sequence),
      onDecoded: ({ isHasty }) => {
        if (isHasty) hasty += 1;
      },
      onSize: () => {},
      log: pino({ level: 'silent' }),
      idleMs: 10,
    });
  }

  afterEach(async () => {
    await pipeline.close();
    expect(living, 'native frames left').to.equal(0);
    expect(disposed, 'decoders freed').to.equal(opened);
  });

  function receive(...keyframes: boolean[]): void {
    for (const keyframe of keyframes) {
      sequence += 1;
      gop.push({
        data: Buffer.alloc(1),
        keyframe,
        mediaTimeMs: sequence * 40,
        capturedAt: sequence * 40,
        sequence,
      });
      pipeline.wake();
    }
  }

  it('decodes nothing while nobody asks', () => {
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
    pipeline.setDemand('all');
    await waitFor(() => shown.includes(21));
    expect(decoded).to.have.length(21);
    // The first, since nothing was shown for long, and those with so few behind them that they count as newest.
    expect(shown.length).to.be.at.most(4);
  });

  it('decodes each picture once while there are viewers', async () => {
    pipeline.setDemand('all');
    for (let index = 0; index < 5; index += 1) {
      receive(index === 0);
      await waitFor(() => shown.includes(index + 1));
    }
    expect(decoded).to.deep.equal([1, 2, 3, 4, 5]);
    expect(shown).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('decodes keyframes only where that is all that is wanted', async () => {
    pipeline.setDemand('keyframes');
    receive(true, false, false);
    await waitFor(() => shown.includes(1));
    receive(true, false, false);
    await waitFor(() => shown.includes(4));
    expect(decoded).to.deep.equal([1, 4]);
  });

  describe('for analysis alone', () => {
    beforeEach(async () => {
      pipeline.setDemand('rough');
      receive(true, false, false);
      await waitFor(() => shown.includes(3));
    });

    it('decodes roughly', () => {
      expect(rough).to.deep.equal([1, 2, 3]);
    });

    it('gives it the newest picture as it is', async () => {
      expect((await pipeline.snapshot({ ...AUTO, isLuma: true })).facts.sequence).to.equal(3);
      expect(decoded).to.deep.equal([1, 2, 3]);
    });

    it('goes back to the keyframe for an exact picture, and stays exact for those that follow', async () => {
      expect((await pipeline.snapshot(AUTO)).facts).to.include({ sequence: 3, width: EXACT_WIDTH });
      receive(false);
      await waitFor(() => shown.includes(4));
      await pipeline.snapshot(AUTO);
      expect(decoded).to.deep.equal([1, 2, 3, 1, 2, 3, 4]);
      expect(rough).to.deep.equal([1, 2, 3]);
    });

    it('gives no rough picture in place of an exact one that the decoder holds back', async () => {
      delay = 3;
      expect((await pipeline.snapshot(AUTO)).facts).to.include({ sequence: 3, width: EXACT_WIDTH });
    });

    it('is exact from the first picture that a viewer gets', async () => {
      shown = [];
      pipeline.setDemand('all');
      await waitFor(() => shown.includes(3));
      receive(false);
      await waitFor(() => shown.includes(4));
      expect(decoded).to.deep.equal([1, 2, 3, 1, 2, 3, 4]);
      expect(rough).to.deep.equal([1, 2, 3]);
    });

    it('is rough again when the viewer is gone, in the middle of a group', async () => {
      pipeline.setDemand('all');
      receive(false);
      await waitFor(() => shown.includes(4));
      pipeline.setDemand('rough');
      receive(false);
      await waitFor(() => shown.includes(5));
      expect(rough).to.deep.equal([1, 2, 3, 5]);
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
      open({ haste: new Haste(0) });
      pipeline.setDemand('all');
      receive(true, false);
      await waitFor(() => shown.includes(2));
      isSlow = true;
      receive(false, false, false);
      // The keyframe overtakes packets 4 and 5.
      receive(true);
      await finish(3);
      await finish(6);
    });

    it('is less exact from the first packet on that comes too late', async () => {
      expect(decoded).to.deep.equal([1, 2, 3, 6]);
      expect(rough).to.deep.equal([6]);
      await waitFor(() => hasty === 1);
    });

    it('gives viewers such pictures, for snapshots too, and does not go back for exact ones', async () => {
      await waitFor(() => shown.includes(6));
      expect((await pipeline.snapshot(AUTO)).facts).to.include({ sequence: 6, width: ROUGH_WIDTH });
      expect(decoded).to.deep.equal([1, 2, 3, 6]);
    });

    it('is exact for who asks when nobody watches any more', async () => {
      await waitFor(() => shown.includes(6));
      pipeline.setDemand('none');
      isSlow = false;
      expect((await pipeline.snapshot(AUTO)).facts).to.include({ sequence: 6, width: EXACT_WIDTH });
    });
  });

  describe('of packets that refer to no other', () => {
    beforeEach(() => open({ isDue: ({ sequence: each }) => each % 3 === 0 }));

    it('decodes those that a viewer is due for', async () => {
      pipeline.setDemand('all');
      for (const due of [3, 6, 9]) {
        receive(true, true, true);
        await waitFor(() => shown.includes(due));
      }
      expect(decoded).to.deep.equal([3, 6, 9]);
      expect(hasty).to.equal(0);
    });

    it('decodes any for a snapshot', async () => {
      pipeline.setDemand('all');
      receive(true);
      expect((await pipeline.snapshot(AUTO)).facts.sequence).to.equal(1);
    });
  });

  it('is in no haste when it only catches up for a new viewer', async () => {
    receive(true, ...Array.from({ length: 20 }, () => false));
    pipeline.setDemand('all');
    await waitFor(() => shown.includes(21));
    expect(rough).to.deep.equal([]);
  });

  it('gives a snapshot its picture though the decoder holds frames back', async () => {
    delay = 2;
    receive(true, false);
    expect((await pipeline.snapshot(AUTO)).facts.sequence).to.equal(2);
    receive(false);
    expect((await pipeline.snapshot(AUTO)).facts.sequence).to.be.at.least(2);
  });

  it('frees its decoder when nobody has asked for a while', async () => {
    receive(true);
    await pipeline.snapshot(AUTO);
    await waitFor(() => disposed === 1);
    expect(living).to.equal(0);
  });

  it('says that there is no frame before the first keyframe', async () => {
    receive(false);
    expect((await rejection(pipeline.snapshot(AUTO))).code).to.equal('no-frame-yet');
  });

  it('leaves nobody waiting when it closes', async () => {
    receive(true);
    const asked = rejection(pipeline.snapshot(AUTO)).catch((error: Error) => error);
    await pipeline.close();
    expect(await asked).to.be.an('error');
  });
});

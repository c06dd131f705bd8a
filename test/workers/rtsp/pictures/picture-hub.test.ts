import { expect } from 'chai';
import { LiveFrame, type PictureEncoders } from '../../../../workers/rtsp/pictures/live-frame.ts';
import { formatKey, type Picture } from '../../../../workers/rtsp/pictures/picture.ts';
import { PictureHub, type PictureSource } from '../../../../workers/rtsp/pictures/picture-hub.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** Of the frames, pixels. */
const WIDTH = 1280;
const HEIGHT = 720;
const AUTO = { width: undefined, quality: 80 };
const SMALL = { width: 320, quality: 80 };

describe('PictureHub', () => {
  let encoded: string[];
  let hub: PictureHub;
  let demands: number[];

  const encoders: PictureEncoders = {
    encode: async (frame, format) => {
      encoded.push(`${frame.sequence}/${formatKey(format)}`);
      return { bytes: Buffer.from([frame.sequence]), width: 16, height: 16 };
    },
    close: async () => {},
  };

  beforeEach(() => {
    encoded = [];
    demands = [];
    hub = new PictureHub();
    attach(() => Promise.reject(new Error('no picture yet')));
  });

  function attach(firstPicture: PictureSource['firstPicture']): void {
    hub.attach({ firstPicture, updateDemand: () => demands.push(hub.maxFps) });
  }

  function frame(sequence: number, mediaTimeMs: number): LiveFrame {
    const times = { cameraId: '1', capturedAt: mediaTimeMs, mediaTimeMs };
    const native = { free: () => {} };
    return new LiveFrame({ native, sequence, width: WIDTH, height: HEIGHT }, encoders, times);
  }

  /** Publishes `count` frames of a camera with 30 fps. */
  async function publish(count: number, isBehind = false): Promise<void> {
    for (let index = 0; index < count; index += 1)
      await hub.publish(frame(index + 1, index * (1000 / 30)), isBehind);
  }

  it('encodes once for all viewers of one format and gives them the same picture', async () => {
    const seen: Picture[][] = [[], []];
    for (const pictures of seen) hub.subscribe({ ...AUTO, fps: 30 }, (picture) => pictures.push(picture));
    await publish(1);
    expect(encoded).to.deep.equal(['1/auto:80']);
    expect(seen[0]?.[0]).to.equal(seen[1]?.[0]);
    expect(seen[0]?.[0]?.payload('base64')).to.equal(seen[1]?.[0]?.payload('base64'));
  });

  it('knows which pictures a subscriber is due for', async () => {
    expect(hub.isDue(0)).to.equal(false);
    hub.subscribe({ ...AUTO, fps: 5 }, () => {});
    hub.subscribe({ ...SMALL, fps: 10 }, () => {});
    await publish(1);
    expect([hub.isDue(33), hub.isDue(100)]).to.deep.equal([false, true]);
  });

  it('encodes each format once', async () => {
    hub.subscribe({ ...AUTO, fps: 30 }, () => {});
    hub.subscribe({ ...SMALL, fps: 30 }, () => {});
    await publish(1);
    expect(encoded).to.deep.equal(['1/auto:80', '1/320:80']);
  });

  it('encodes at the highest rate asked for, and gives each viewer its own', async () => {
    const counts = { fast: 0, slow: 0 };
    hub.subscribe({ ...AUTO, fps: 15 }, () => {
      counts.fast += 1;
    });
    hub.subscribe({ ...AUTO, fps: 5 }, () => {
      counts.slow += 1;
    });
    await publish(300);
    expect(encoded).to.have.length.within(149, 151);
    expect(counts.fast).to.be.within(149, 151);
    expect(counts.slow).to.be.within(49, 51);
  });

  it('says what is wanted: the highest rate while there are viewers, nothing after the last', () => {
    const slow = hub.subscribe({ ...AUTO, fps: 2 }, () => {});
    const fast = hub.subscribe({ ...SMALL, fps: 20 }, () => {});
    fast.close();
    slow.close();
    expect(demands).to.deep.equal([2, 20, 2, 0]);
  });

  it('encodes nothing without viewers', async () => {
    hub.subscribe({ ...AUTO, fps: 30 }, () => {}).close();
    await publish(3);
    expect(encoded).to.deep.equal([]);
  });

  it('sends a new subscriber the newest picture immediately, and none twice', async () => {
    const first = frame(7, 0);
    attach((format) => first.picture(format));
    const seen: number[] = [];
    hub.subscribe({ ...AUTO, fps: 0.1 }, ({ facts }) => seen.push(facts.sequence));
    await waitFor(() => seen.length > 0);
    await hub.publish(first);
    expect(seen).to.deep.equal([7]);
  });

  it('makes grey planes for analysis beside the JPEGs of viewers, without keeping them', async () => {
    const planes: Picture[] = [];
    hub.subscribe({ ...SMALL, fps: 30, encoding: 'base64' }, () => {});
    hub.subscribe({ ...SMALL, fps: 5, encoding: 'luma' }, (picture) => planes.push(picture));
    await publish(30);
    expect(encoded.filter((name) => name.endsWith('/320:80'))).to.have.length(30);
    expect(encoded.filter((name) => name.endsWith('/320:luma'))).to.have.length(6);
    expect(planes).to.have.length(6);
    expect(hub.find(30, SMALL)?.format).to.deep.equal(SMALL);
    expect(hub.find(planes.at(-1)?.facts.sequence ?? 0, { ...SMALL, isLuma: true })).to.equal(undefined);
  });

  it('lets viewers go before analysis where frames come faster than pictures are made', async () => {
    const planes: number[] = [];
    const seen: number[] = [];
    hub.subscribe({ ...SMALL, fps: 5, encoding: 'luma' }, ({ facts }) => planes.push(facts.sequence));
    hub.subscribe({ ...SMALL, fps: 30 }, ({ facts }) => seen.push(facts.sequence));
    await publish(60, true);
    expect(seen).to.have.length(60);
    expect(planes, 'one a second').to.have.length(2);
  });

  it('does not delay analysis without viewers', async () => {
    const planes: number[] = [];
    hub.subscribe({ ...SMALL, fps: 5, encoding: 'luma' }, ({ facts }) => planes.push(facts.sequence));
    await publish(60, true);
    expect(planes, 'at its own rate').to.have.length.within(10, 11);
  });

  it('encodes once for those who ask for the camera’s own size and those who ask for none', async () => {
    const own = { width: WIDTH, quality: 80 };
    const seen: Picture[] = [];
    for (const format of [AUTO, own]) hub.subscribe({ ...format, fps: 30 }, (picture) => seen.push(picture));
    await publish(1);
    expect(encoded).to.deep.equal(['1/auto:80']);
    expect(seen.map(({ format }) => format)).to.deep.equal([AUTO, own]);
  });

  it('says whether anybody looks with eyes, or analysis alone', () => {
    hub.subscribe({ ...SMALL, fps: 5, encoding: 'luma' }, () => {});
    expect(hub.needsFullQuality).to.equal(false);
    const viewer = hub.subscribe({ ...SMALL, fps: 5, encoding: 'notify' }, () => {});
    expect(hub.needsFullQuality).to.equal(true);
    viewer.close();
    expect(hub.needsFullQuality).to.equal(false);
  });

  it('keeps the last pictures for those who were only notified', async () => {
    hub.subscribe({ ...AUTO, fps: 30 }, () => {});
    await publish(20);
    expect(hub.find(20, AUTO)?.facts.sequence).to.equal(20);
    expect(hub.find(20, SMALL)).to.equal(undefined);
    expect(hub.find(1, AUTO)).to.equal(undefined);
  });

  it('asks for one first picture for all newcomers of a format, and takes it back when none is left', async () => {
    const signals: AbortSignal[] = [];
    attach((_format, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const viewers = [
      hub.subscribe({ ...SMALL, fps: 5 }, () => {}),
      hub.subscribe({ ...SMALL, fps: 5 }, () => {}),
    ];
    expect(signals).to.have.length(1);
    viewers[0]?.close();
    expect(signals[0]?.aborted).to.equal(false);
    viewers[1]?.close();
    expect(signals[0]?.aborted).to.equal(true);
  });

  it('makes no more than ten formats, however many are asked for, and serves every viewer', async () => {
    const seen = new Map<number, Picture[]>();
    for (let width = 100; width < 400; width += 1) {
      seen.set(width, []);
      hub.subscribe({ width, quality: 50, fps: 30 }, (picture) => seen.get(width)?.push(picture));
    }
    await publish(1);
    expect(encoded.length).to.be.at.most(10);
    expect([...seen.values()].every((pictures) => pictures.length === 1)).to.equal(true);
    expect(seen.get(100)?.[0]?.format.width).to.equal(100);
    expect(seen.get(399)?.[0]?.format).to.deep.equal({ width: 320, quality: 80 });
  });

  it('counts people as viewers, not our own analysis', () => {
    hub.subscribe({ ...AUTO, fps: 5 }, () => {});
    hub.subscribe({ ...SMALL, fps: 5, encoding: 'luma' }, () => {});
    expect([hub.viewers, hub.subscribers]).to.deep.equal([1, 2]);
  });

  it('ends a viewer that fails, and no other', async () => {
    const seen: Picture[] = [];
    hub.subscribe({ ...AUTO, fps: 30 }, () => {
      throw new Error('no');
    });
    hub.subscribe({ ...AUTO, fps: 30 }, (picture) => seen.push(picture));
    await publish(2);
    expect(seen).to.have.length(2);
    expect(hub.viewers).to.equal(1);
  });
});

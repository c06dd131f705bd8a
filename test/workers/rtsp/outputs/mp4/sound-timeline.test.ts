import { expect } from 'chai';
import type { SoundSample } from '#shared/media/mp4/fragment.ts';
import { describeSound, type SoundFormat } from '#shared/media/mp4/sound-format.ts';
import { SoundTimeline } from '../../../../../workers/rtsp/outputs/mp4/sound-timeline.ts';

/** AAC of 16 kHz: a frame lasts 64 ms. */
const FORMAT = describeSound({
  codec: 'aac',
  clockHz: 16_000,
  channels: 1,
  config: Buffer.from('1408', 'hex'),
}) as SoundFormat;
const FRAME_MS = 64;
const PICTURE_MS = 40;
const HEARD = Buffer.from('heard');

/** A camera whose pictures and sound come in real time, by a clock of its own. */
class Camera {
  nowMs = 0;
  readonly timeline = new SoundTimeline(FORMAT, () => this.nowMs);
  readonly placed: SoundSample[] = [];
  #pictures = 0;
  #nextSoundMs = 0;
  #pausedMs = 0;

  /** Lets time go by. @param soundLagMs what sound comes late @param soundRate its clock beside that of the pictures */
  run(seconds: number, { hasSound = true, soundLagMs = 0, soundRate = 1 } = {}): void {
    const end = this.nowMs + seconds * 1000;
    for (; this.nowMs < end; this.nowMs += 1) {
      if (this.nowMs - this.#pausedMs >= this.#pictures * PICTURE_MS) this.picture();
      if (this.nowMs - soundLagMs < this.#nextSoundMs) continue;
      if (hasSound) this.placed.push(...this.timeline.add(HEARD));
      this.#nextSoundMs += FRAME_MS / soundRate;
    }
  }

  /** Lets time go by in which there is only sound. */
  pausePictures(seconds: number): void {
    this.#pausedMs = Number.POSITIVE_INFINITY;
    const before = this.nowMs;
    this.run(seconds);
    this.#pausedMs = this.nowMs - before;
  }

  picture(): void {
    const times = { decodeTime: this.#pictures * PICTURE_MS * 90, duration: PICTURE_MS * 90 };
    this.#pictures += 1;
    this.placed.push(...this.timeline.follow({ ...times, compositionOffset: 0 }));
  }

  /** End of the pictures so far, milliseconds. */
  get picturesMs(): number {
    return this.#pictures * PICTURE_MS;
  }

  /** End of the sound so far, milliseconds. */
  get soundMs(): number {
    const last = this.placed.at(-1);
    return last === undefined ? 0 : (last.decodeTime + last.duration) / 16;
  }

  get heard(): SoundSample[] {
    return this.placed.filter(({ data }) => data === HEARD);
  }

  /** Whether each frame follows the one before. */
  get hasNoGap(): boolean {
    return this.placed.every(
      ({ decodeTime }, index) => index === 0 || decodeTime === endOf(this.placed[index - 1] as SoundSample),
    );
  }
}

const endOf = ({ decodeTime, duration }: SoundSample): number => decodeTime + duration;

describe('SoundTimeline', () => {
  let camera: Camera;
  beforeEach(() => {
    camera = new Camera();
  });

  afterEach(() => {
    expect(camera.hasNoGap).to.equal(true);
  });

  it('reaches the end of the pictures with silence while nothing was heard', () => {
    camera.run(2, { hasSound: false });
    expect(camera.heard).to.deep.equal([]);
    expect(camera.soundMs - camera.picturesMs).to.be.within(0, FRAME_MS);
  });

  it('places sound where the pictures are that come with it', () => {
    camera.run(5);
    const silentFrames = camera.placed.length - camera.heard.length;
    expect(silentFrames).to.be.lessThan(3);
    expect(camera.soundMs - camera.picturesMs).to.be.within(-FRAME_MS, 2 * FRAME_MS);
  });

  it('takes in no sound before the first picture', () => {
    expect(camera.timeline.add(HEARD)).to.deep.equal([]);
  });

  it('leaves out what is no frame', () => {
    camera.picture();
    expect(camera.timeline.add(Buffer.alloc(0))).to.deep.equal([]);
  });

  it('lets sound come a little late without silence between', () => {
    camera.run(1);
    const before = camera.placed.length - camera.heard.length;
    camera.run(3, { soundLagMs: 200 });
    expect(camera.placed.length - camera.heard.length - before).to.be.lessThan(4);
  });

  it('does not let the pictures wait when the sound ends', () => {
    camera.run(2);
    camera.run(3, { hasSound: false });
    expect(camera.soundMs - camera.picturesMs).to.be.within(0, FRAME_MS);
    const count = camera.heard.length;
    camera.run(2);
    expect(camera.heard.length - count).to.be.greaterThan(25);
  });

  it('stays beside the pictures however far the two clocks of a camera are apart', () => {
    for (const soundRate of [0.98, 1.02]) {
      camera = new Camera();
      camera.run(60, { soundRate });
      expect(camera.soundMs - camera.picturesMs, String(soundRate)).to.be.within(-300, 300);
    }
  });

  it('is not led away by a packet that comes late now and then', () => {
    camera.run(2);
    const before = camera.soundMs - camera.picturesMs;
    for (let round = 0; round < 5; round += 1) {
      camera.run(0.2, { hasSound: true, soundLagMs: 150 });
      camera.run(1.8);
    }
    expect(camera.soundMs - camera.picturesMs - before).to.be.within(-200, 250);
  });

  it('comes back beside the pictures after they paused', () => {
    camera.run(1);
    // What players see leaves the pause out.
    camera.pausePictures(4);
    camera.run(6);
    expect(camera.soundMs - camera.picturesMs).to.be.within(-300, 300);
  });

  it('fills no more than seconds, however long nothing came', () => {
    camera.run(1);
    const count = camera.placed.length;
    camera.nowMs += 3_600_000;
    camera.placed.push(...camera.timeline.add(HEARD));
    expect(camera.placed.length - count).to.be.within(100, 200);
  });

  it('goes on where it was with sound of another rate', () => {
    camera.run(2);
    const end = camera.soundMs;
    const opus = { codec: 'opus', clockHz: 48_000, channels: 2, config: Buffer.alloc(0) } as const;
    camera.timeline.change(describeSound(opus) as SoundFormat);
    const [next] = camera.timeline.add(Buffer.from([0xf8, 1, 2]));
    expect((next?.decodeTime ?? 0) / 48).to.be.closeTo(end, 0.1);
    camera.placed.length = 0;
  });

  it('writes no silence for a picture that lasts for months', () => {
    const times = { decodeTime: 0, duration: 90_000 * 86_400 * 116, compositionOffset: 0 };
    const silence = camera.timeline.follow(times);
    expect(silence.length * FRAME_MS).to.be.within(0, 60_000);
    expect(camera.timeline.follow({ ...times, decodeTime: times.duration })).to.have.length(0);
  });

  it('writes silence for at most twice the time that passes, for any times of pictures', () => {
    let frames = 0;
    for (let picture = 0; picture < 1000; picture += 1) {
      camera.nowMs += 10;
      frames += camera.timeline.follow({
        decodeTime: picture * 900_000,
        duration: 900_000,
        compositionOffset: 0,
      }).length;
    }
    expect(frames * FRAME_MS).to.be.within(60_000, 81_000);
  });
});

/** Hands the same damaged streams to ffmpeg and to us: where ffmpeg gets pictures, we get them too. */
import { availableParallelism } from 'node:os';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import { Random } from '../soak/random.ts';
import { requirePeer } from '../support/peers.ts';
import { type ClipName, clipOf } from './support/clips.ts';
import { FieldCamera } from './support/field-camera.ts';
import { MUTATIONS, type Mutation, NAL_MUTATIONS } from './support/mutations.ts';
import { bytesOf, groupOf, type Piece, record } from './support/recording.ts';
import { type Ours, picturesOfFfmpeg, picturesOfOurs } from './support/replay.ts';

/** Streams of which we get fewer pictures than ffmpeg, and why. */
const HALF =
  'ffmpeg shows pictures of which a part is missing, made up from others; we leave them out, since browsers fail at them';
const LATE = `${HALF}. Over TCP we wait for no late packet either: each loss would cost time`;
const LISTED: Record<string, string> = {
  'h264: one packet in 10 lost': HALF,
  'h264: runs of 20 packets lost': HALF,
  'h264: packets of keyframes lost': HALF,
  'h264: last packets of pictures lost': HALF,
  'hevc: one packet in 10 lost': HALF,
  'hevc: last packets of pictures lost': HALF,
  'h264: neighbours swapped': LATE,
  'h264: packets swapped over a distance of 8': LATE,
  'hevc: neighbours swapped': LATE,
  'h264: bits flipped in RTP headers': `A jump of the sequence counts as a loss. ${HALF}`,
  'h264: one packet in 5 doubled': 'ffmpeg decodes a picture twice that came twice',
};

const CLIPS: ClipName[] = ['h264', 'hevc', 'mjpeg'];
/** Replays those alone whose names hold this. */
const ONLY = process.env.FIELD ?? '';

interface Case {
  name: string;
  clip: ClipName;
  mutation: Mutation;
}

const cases: Case[] = CLIPS.flatMap((clip) =>
  Object.entries(clip === 'mjpeg' ? MUTATIONS : { ...MUTATIONS, ...NAL_MUTATIONS }).map(
    ([what, mutation]) => ({ name: `${clip}: ${what}`, clip, mutation }),
  ),
).filter(({ name }) => name.includes(ONLY));

describe('Damaged streams, beside ffmpeg', function () {
  this.timeout(120_000);
  const outcomes = new Map<string, Promise<Outcome>>();
  let withPictures = 0;

  before(function () {
    requirePeer(this, 'ffmpeg');
    const recordings = new Map(CLIPS.map((clip) => [clip, record(clip)]));
    const waiting = cases.map((each) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      outcomes.set(each.name, promise);
      return () => replay(each, recordings.get(each.clip) ?? []).then(resolve);
    });
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
    };
    for (let worker = 0; worker < availableParallelism(); worker += 1) void work();
  });

  for (const { name, clip } of cases) {
    it(name, async () => {
      const { ffmpeg, ours } = (await outcomes.get(name)) as Outcome;
      if (ffmpeg > 0) withPictures += 1;
      const facts = `ffmpeg gets ${ffmpeg} pictures, we get ${JSON.stringify(ours)}`;
      const least = ffmpeg - groupOf(clipOf(clip));
      if (name in LISTED) expect(ours.pictures, `listed, but ${facts}`).to.be.below(least);
      else expect(ours.pictures, facts).to.be.at.least(least);
    });
  }

  after(() => {
    const listed = Object.keys(LISTED).length;
    console.log(
      `      differential: ${cases.length} streams, ${withPictures} with pictures in ffmpeg, ${listed} listed`,
    );
  });
});

interface Outcome {
  ffmpeg: number;
  ours: Ours;
}

async function replay({ name, clip, mutation }: Case, recording: readonly Piece[]): Promise<Outcome> {
  const pieces = mutation(recording, new Random(crc32(name)), clipOf(clip).codec);
  const camera = await new FieldCamera({ clip, recorded: bytesOf(pieces) }).open();
  try {
    return { ffmpeg: await picturesOfFfmpeg(camera.port), ours: await picturesOfOurs(camera.port) };
  } finally {
    camera.close();
  }
}

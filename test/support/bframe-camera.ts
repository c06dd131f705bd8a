/** A camera that sends B-frames, each with its time of showing, as RTP has it. */
import { spawnSync } from 'node:child_process';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { FrameClock } from '../../workers/simulator/server/stream/frame-clock.ts';
import { splitAnnexB } from '../bench/annex-b.ts';
import { PushSource } from '../doubles/push-source.ts';

export const BFRAME_FPS = 15;
/** Closed groups of 1 + 3n pictures, so that every P is followed by two B. */
const GROUP = 31;
const FRAMES = 2 * GROUP;
const TICKS = 90_000 / BFRAME_FPS;
const X264 = `keyint=${GROUP}:min-keyint=${GROUP}:scenecut=0:bframes=2:b-adapt=0:b-pyramid=none:sliced-threads=0:open-gop=0`;

/** Serves it at `/bframes`, made with ffmpeg. @throws Error with what ffmpeg printed */
export async function openBframeCamera(): Promise<RtspServer> {
  const units = splitAnnexB(makeClip());
  const order = orderOfShowing(units.length);
  const source = new PushSource({ codec: 'h264', framesPerSecond: BFRAME_FPS });
  const server = createRtspServer({ streams: new Map([['/bframes', source]]) });
  await server.listen();
  let sent = 0;
  // Pictures that are late follow immediately, as a camera's do: the clock of its RTP goes on meanwhile.
  const end = new FrameClock(BFRAME_FPS).subscribe(() => {
    const index = sent % units.length;
    const unit = units[index];
    const round = (sent - index) * TICKS;
    if (unit !== undefined) source.push({ ...unit, timestamp: round + (order[index] as number) * TICKS });
    sent += 1;
  });
  const close = server.close.bind(server);
  server.close = async () => {
    end();
    await close();
  };
  return server;
}

function makeClip(): Buffer {
  const source = `testsrc2=size=320x240:rate=${BFRAME_FPS}`;
  const { status, stdout, stderr } = spawnSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'lavfi', '-i', source, '-frames:v', String(FRAMES)],
      ...['-c:v', 'libx264', '-x264-params', X264, '-pix_fmt', 'yuv420p', '-f', 'h264', '-'],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`ffmpeg could not make the clip: ${stderr}`);
  return stdout;
}

/** Places in order of showing, in order of decoding: in each group I, then P B B again and again. */
function orderOfShowing(count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const inGroup = index % GROUP;
    const isP = inGroup % 3 === 1;
    if (inGroup === 0) return index;
    return isP ? index + 2 : index - 1;
  });
}

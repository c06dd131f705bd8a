/** Looks at video with ffprobe, a reader that shares nothing with ours. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** What it finds. */
export interface ProbedVideo {
  codec: string;
  width: number;
  height: number;
  /** Of each packet, in decoding order, seconds. */
  packets: { shownAt: number; decodedAt: number; keyframe: boolean }[];
  /** What it complained about. */
  complaints: string;
}

/** Reads a whole video. @param input a URL, or the bytes themselves @param more further options of ffprobe */
export async function probeVideo(input: string | Buffer, more: readonly string[] = []): Promise<ProbedVideo> {
  const entries = 'stream=codec_name,width,height:packet=pts_time,dts_time,flags';
  const args = ['-v', 'warning', ...more, '-show_entries', entries, '-of', 'json'];
  // Not synchronously: the camera of the video may be in this process.
  const child = spawn('ffprobe', [...args, typeof input === 'string' ? input : 'pipe:0'], {
    timeout: 30_000,
  });
  child.stdin.on('error', () => {});
  child.stdin.end(typeof input === 'string' ? undefined : input);
  const [json, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const { streams = [], packets = [] } = JSON.parse(json || '{}');
  return {
    codec: streams[0]?.codec_name,
    width: streams[0]?.width,
    height: streams[0]?.height,
    packets: packets.map(({ pts_time, dts_time, flags }: Record<string, string>) => ({
      shownAt: Number(pts_time),
      decodedAt: Number(dts_time),
      keyframe: flags?.startsWith('K') === true,
    })),
    complaints,
  };
}

/**
 * The cameras of the benchmark in a process of their own, so that their cost is
 * not counted: `sender.ts CLIP CAMERAS [FPS]`. Camera c's frame k leaves at `startedAt` + k/30 s
 * and the camera's own share of a frame interval: unsynchronised cameras do not
 * expose at the same instant.
 */
import { createRtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { PushSource } from '../doubles/push-source.ts';
import { CLIP_FPS, phaseMs, readClip } from './clip.ts';

const [clipFile = '', count = '1', fps = String(CLIP_FPS)] = process.argv.slice(2);
const framesPerSecond = Number(fps);
const units = readClip(clipFile);
const sources = Array.from(
  { length: Number(count) },
  () => new PushSource({ codec: 'h264', framesPerSecond }),
);
const streams = new Map(sources.map((source, index) => [`/${index + 1}`, source]));
const server = createRtspServer({ streams, instantStart: false });
await server.listen();

const startedAt = Date.now();
process.stdout.write(`${JSON.stringify({ port: server.port, startedAt })}\n`);
sources.forEach((source, index) => {
  sendFrom(source, startedAt + phaseMs(index, sources.length));
});

function sendFrom(source: PushSource, begunAt: number): void {
  let frame = 0;
  const dueAt = (): number => begunAt + (frame * 1000) / framesPerSecond;
  const sendDue = (): void => {
    for (; dueAt() <= Date.now(); frame += 1) {
      const unit = units[frame % units.length];
      if (unit !== undefined) source.push({ ...unit, timestamp: frame * (90_000 / framesPerSecond) });
    }
    setTimeout(sendDue, Math.max(0, dueAt() - Date.now()));
  };
  sendDue();
}

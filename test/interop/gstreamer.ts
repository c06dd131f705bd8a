import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CHECK_MS, hasProgram, hlsUrl, mjpegUrl, type Peer, pictures } from './peer.ts';

const WANTED = 20;
const ELEMENTS = ['souphttpsrc', 'hlsdemux', 'qtdemux', 'multipartdemux', 'jpegdec'];

/** Plays until the sink has its pictures. hlsdemux waits for more of a live playlist, so the end is ours. */
async function launch(url: string, ...decoder: string[]): Promise<string> {
  const sink = ['!', 'fakesink', 'silent=false'];
  const args = ['-v', 'souphttpsrc', `location=${url}`, '!', ...decoder, ...sink];
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  const player = spawn('gst-launch-1.0', args, { stdio, timeout: CHECK_MS });
  const exited = once(player, 'exit');
  let count = 0;
  for await (const line of createInterface(player.stdout)) {
    if (line.includes('last-message = chain')) count += 1;
    if (count === WANTED) player.kill();
  }
  await exited;
  return pictures(count, WANTED);
}

export const gstreamer: Peer = {
  name: 'GStreamer',
  install:
    'apt-get install gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav',
  isInstalled: () => ELEMENTS.every((name) => hasProgram('gst-inspect-1.0', name)),
  checks: {
    'HLS through hlsdemux': async (stage) => launch(await hlsUrl(stage), 'hlsdemux', '!', 'decodebin'),
    'MJPEG through multipartdemux': (stage) => launch(mjpegUrl(stage), 'multipartdemux', '!', 'jpegdec'),
  },
};

import { chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { hasProgram, hlsUrl, mjpegUrl, output, type Peer, pictures } from './peer.ts';

const START_OF_JPEG = Buffer.from([0xff, 0xd8, 0xff]);
/** VLC refuses to run as root. */
const UNPRIVILEGED = 65_534;
const asUser = process.getuid?.() === 0 ? { uid: UNPRIVILEGED } : {};

/** Decodes six seconds and writes each picture as a JPEG. */
async function play(url: string): Promise<string> {
  const folder = temporaryFolder();
  if ('uid' in asUser) chownSync(folder, UNPRIVILEGED, UNPRIVILEGED);
  const file = join(folder, 'pictures.mjpeg');
  const sout = `#transcode{vcodec=MJPG,venc=avcodec{strict=-1},acodec=none}:std{access=file,mux=dummy,dst=${file}}`;
  const args = ['-I', 'dummy', '--run-time=6', '--play-and-exit', `--sout=${sout}`, url];
  await output('vlc', args, { ...asUser, env: { PATH: process.env.PATH, HOME: folder } });
  return pictures(count(readFileSync(file)));
}

function count(bytes: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(START_OF_JPEG); at >= 0; at = bytes.indexOf(START_OF_JPEG, at + 1)) found += 1;
  return found;
}

export const vlc: Peer = {
  name: 'VLC',
  install: 'apt-get install vlc-bin vlc-plugin-base',
  isInstalled: () => hasProgram('which', 'vlc'),
  checks: { HLS: async (stage) => play(await hlsUrl(stage)), MJPEG: (stage) => play(mjpegUrl(stage)) },
};

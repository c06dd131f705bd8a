import { hasProgram, hlsUrl, mjpegUrl, output, type Peer, pictures } from './peer.ts';

/** Decodes two seconds of an address. @throws Error when fewer than ten pictures come */
export async function decode(url: string): Promise<string> {
  const args = ['-v', 'error', '-i', url, '-t', '2', '-progress', '-', '-f', 'null', '/dev/null', '-y'];
  return pictures(Number(/.*frame=(\d+)/s.exec(await output('ffmpeg', args))?.[1]));
}

export const ffmpeg: Peer = {
  name: 'ffmpeg',
  install: 'apt-get install ffmpeg',
  isInstalled: () => hasProgram('ffmpeg', '-version'),
  checks: {
    'HLS with a ticket': async (stage) => decode(await hlsUrl(stage)),
    MJPEG: (stage) => decode(mjpegUrl(stage)),
  },
};

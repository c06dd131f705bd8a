import { spawn } from 'node:child_process';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import { decode } from './ffmpeg.ts';
import { hasProgram, mjpegUrl, type Peer } from './peer.ts';

/** Lets go2rtc pull a source, and decodes what it serves of it. */
async function pull(source: string, served: string): Promise<string> {
  const port = await freePort();
  const config = {
    api: { listen: `127.0.0.1:${port}` },
    rtsp: { listen: '' },
    webrtc: { listen: '' },
    streams: { hall: source },
  };
  const server = spawn('go2rtc', ['-config', JSON.stringify(config)], { stdio: 'ignore' });
  const api = `http://127.0.0.1:${port}/api`;
  const isUp = () =>
    fetch(api).then(
      ({ ok }) => ok,
      () => false,
    );
  try {
    await waitFor(isUp, { message: 'go2rtc to listen' });
    return await decode(`${api}/${served}?src=hall`);
  } finally {
    server.kill();
  }
}

export const go2rtc: Peer = {
  name: 'go2rtc',
  install: 'put the program go2rtc on the PATH, and apt-get install ffmpeg',
  isInstalled: () => hasProgram('go2rtc', '-version') && hasProgram('ffmpeg', '-version'),
  checks: {
    'pulls WHEP': ({ origin }) => pull(`webrtc:${origin}/whep/1`, 'stream.mp4'),
    'pulls MJPEG': (stage) => pull(mjpegUrl(stage), 'stream.mjpeg'),
  },
};

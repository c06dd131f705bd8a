import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getJson } from '../support/http.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { CHECK_MS, hasProgram, type Peer } from './peer.ts';

const OFF = { rtsp: false, rtmp: false, hls: false, webrtc: false, srt: false };

export const mediamtx: Peer = {
  name: 'MediaMTX',
  install: 'put the program mediamtx on the PATH',
  isInstalled: () => hasProgram('mediamtx', '--version'),
  checks: {
    'its path becomes a device': async ({ origin, cameraUrl, mediamtxPort }) => {
      const paths = { hall: { source: cameraUrl } };
      const config = join(temporaryFolder(), 'mediamtx.yml');
      const settings = { api: true, apiAddress: `127.0.0.1:${mediamtxPort}`, ...OFF, paths };
      writeFileSync(config, JSON.stringify(settings));
      const server = spawn('mediamtx', [config], { stdio: 'ignore' });
      try {
        const find = async () => {
          const { body } = await getJson(`${origin}/api/devices?device_type=camera`);
          return JSON.stringify(body).match(/"device_key":"([^"]*hall)"/)?.[1];
        };
        return await waitFor(find, { timeoutMs: CHECK_MS, message: 'the device' });
      } finally {
        server.kill();
      }
    },
  },
};

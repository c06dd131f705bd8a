import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { getJson } from '../support/http.ts';
import { startGateway } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { hasProgram, type Peer } from './peer.ts';

const OFF = { rtsp: false, rtmp: false, hls: false, webrtc: false, srt: false };

/** Starts a gateway that syncs a server's paths. @returns the key of the device that one of them becomes */
async function syncedDevice(api: string): Promise<string> {
  const isUp = () =>
    fetch(`${api}/v3/paths/list`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitFor(isUp, { message: 'MediaMTX to listen' });
  const gateway = await startGateway({ ANALYSIS: 'off', MEDIAMTX_API_URL: api });
  try {
    const find = async () => {
      const { body } = await getJson(`${gateway.origin}/api/devices?device_type=camera`);
      return JSON.stringify(body).match(/"device_key":"([^"]*hall)"/)?.[1];
    };
    return await waitFor(find, { message: 'the device' });
  } finally {
    await gateway.end();
  }
}

export const mediamtx: Peer = {
  name: 'MediaMTX',
  install: 'put the program mediamtx on the PATH',
  isInstalled: () => hasProgram('mediamtx', '--version'),
  checks: {
    'its path becomes a device': async ({ cameraUrl }) => {
      const port = await freePort();
      const config = join(temporaryFolder(), 'mediamtx.yml');
      const paths = { hall: { source: cameraUrl } };
      writeFileSync(config, JSON.stringify({ api: true, apiAddress: `127.0.0.1:${port}`, ...OFF, paths }));
      const server = spawn('mediamtx', [config], { stdio: 'ignore' });
      try {
        return await syncedDevice(`http://127.0.0.1:${port}`);
      } finally {
        server.kill();
      }
    },
  },
};

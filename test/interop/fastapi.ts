import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { postJson } from '../support/http.ts';
import { hasModules, type Peer, PYTHON, script } from './peer.ts';

export const fastapi: Peer = {
  name: 'FastAPI',
  install: 'pip install fastapi uvicorn',
  isInstalled: () => hasModules('fastapi', 'uvicorn'),
  checks: {
    'takes the delivery of a camera stream': async ({ origin, backendPort, cameraUrl }) => {
      const backend = spawn(PYTHON, [script('fastapi-backend.py'), String(backendPort)]);
      try {
        const printed = text(backend.stdout);
        const stream = { cameraId: 'fastapi', streamType: 'rtsp', rtspUrl: cameraUrl };
        const { status } = await postJson(`${origin}/api/camera-streams`, stream);
        if (status >= 300) throw new Error(`the camera stream was answered with ${status}`);
        await once(backend, 'exit');
        return (await printed).trim();
      } finally {
        backend.kill();
      }
    },
  },
};

/** One RTSP worker: connects to cameras and serves their pictures. Composition only. */
import { config as loadDotenv } from 'dotenv';
import { isSupervised } from '../host/config.ts';
import { runWorker } from '../host/host.ts';
import { prepareWorker } from '../host/prepare.ts';
import { CameraSet } from './camera/camera-set.ts';
import { ConnectLimiter } from './camera/connect-limiter.ts';
import { loadConfig } from './config.ts';
import { forwardFfmpegLog } from './ffmpeg/ffmpeg-log.ts';
import { ffmpegMedia } from './ffmpeg/ffmpeg-media.ts';
import { runVideoSource } from './ffmpeg/video-source.ts';
import { limitGarbage } from './heap.ts';
import { createSessions } from './outputs/webrtc/create-sessions.ts';
import { openServer } from './server.ts';
import { createRtspSource } from './source/rtsp-source.ts';
import { createRunSource } from './source/run-source.ts';

// The file may hold every secret of the gateway, which are none of a worker's business.
if (!isSupervised(process.env)) loadDotenv({ quiet: true });
limitGarbage();
const { config, redactor, log } = prepareWorker(process, loadConfig);
for (const { credential } of config.webrtc.iceServers) redactor.add(credential);
forwardFfmpegLog(log);

await runWorker(process, {
  log,
  start: async () => {
    const cameras = new CameraSet({
      runSource: createRunSource({
        rtsp: createRtspSource({ policy: config.addresses }),
        video: ({ file }, handlers, signal) => runVideoSource(file, handlers, signal),
      }),
      media: ffmpegMedia(config.maxPixels),
      maxPixels: config.maxPixels,
      limiter: new ConnectLimiter(),
      redactor,
      log,
    });
    const sessions = createSessions(config, cameras, log);
    const server = await openServer({ config, cameras, sessions, redactor, log });
    return {
      port: server.port,
      close: async () => {
        sessions.close();
        await server.close();
        await cameras.close();
      },
    };
  },
});

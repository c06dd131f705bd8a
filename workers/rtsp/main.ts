/** One RTSP worker: connects to cameras and serves their pictures. Composition only. */
import { loadEnvFile } from '#shared/env-file.ts';
import { readSecretFiles } from '#shared/secret-files.ts';
import { isSupervised } from '../host/config.ts';
import { runWorker } from '../host/host.ts';
import { Lease } from '../host/lease.ts';
import { OOM_SCORE, setOomScore } from '../host/oom-score.ts';
import { openOwnTrail } from '../host/own-trail.ts';
import { prepareWorker } from '../host/prepare.ts';
import { openTrail } from '../host/work-trail.ts';
import { openRecording } from './archive/open-recording.ts';
import { StandingOrders } from './archive/standing-orders.ts';
import { CameraSet } from './camera/camera-set.ts';
import { ConnectLimiter } from './camera/connect-limiter.ts';
import { loadConfig } from './config.ts';
import { dialOut } from './dial-out.ts';
import { CameraProbes } from './discovery/probe-camera.ts';
import { Ffmpeg } from './ffmpeg/ffmpeg.ts';
import { limitGarbage } from './heap.ts';
import { CameraDevices } from './onvif/camera-devices.ts';
import { Recorders } from './outputs/recording/recorders.ts';
import { createSessions } from './outputs/webrtc/create-sessions.ts';
import { PacketMemory } from './packets/packet-memory.ts';
import { DecoderBudget } from './pictures/decoder-budget.ts';
import { PtzControls } from './ptz/ptz-controls.ts';
import { openServer } from './server.ts';
import { createFetchStill } from './source/http/fetch-still.ts';
import { createHttpSource } from './source/http/http-source.ts';
import { createRtspSource } from './source/rtsp/rtsp-source.ts';
import { createRunSource } from './source/run-source.ts';
import { createVideoSource } from './source/video/video-source.ts';
import { HeldVideos } from './videos/held-videos.ts';

// Under a supervisor .env is not read: it may hold secrets of the gateway.
if (!isSupervised(process.env)) loadEnvFile(process);
limitGarbage();
setOomScore(OOM_SCORE.rtsp);
const { config, redactor, log } = prepareWorker(process, (env) =>
  loadConfig(readSecretFiles(env, ['WORKER_SECRET'])),
);
redactor.add(config.agent?.token);
for (const { credential } of config.webrtc.iceServers) redactor.add(credential);
const ffmpeg = new Ffmpeg({ maxPixels: config.maxPixels, decoder: config.decoder, log });

await runWorker(process, {
  log,
  start: async () => {
    const guard = { policy: config.addresses };
    const ownTrail = config.trailFile === undefined ? undefined : openOwnTrail(config.trailFile);
    const played = (): string[] =>
      cameras.list().flatMap(({ source }) => (source.kind === 'video' ? [source.file] : []));
    const videos = config.videos && new HeldVideos({ ...config.videos, played, log });
    const dependencies = {
      runSource: createRunSource({
        rtsp: createRtspSource(guard),
        http: createHttpSource(guard),
        video: createVideoSource((file, signal) => ffmpeg.openVideo(videos?.pathOf(file) ?? file, signal)),
      }),
      fetchStill: createFetchStill({ policy: config.addresses }),
      media: ffmpeg.media,
      maxPixels: config.maxPixels,
      decoders: new DecoderBudget(config.maxDecoderBytes),
      memory: new PacketMemory(config.maxPacketBytes),
      trail: ownTrail?.trail ?? openTrail(config.host.hasTrail),
      isQuarantine: config.isQuarantine,
      limiter: new ConnectLimiter(),
      redactor,
      log,
    };
    const cameras = new CameraSet(dependencies);
    await videos?.start();
    const lease = new Lease({
      isRequired: config.host.isRemote,
      onLapse: () => {
        log.warn({ cameras: cameras.list().length }, 'no gateway renewed the lease: cameras are given up');
        void cameras.removeAll();
      },
    });
    const probes = new CameraProbes({ camera: dependencies, guard });
    const sourceOf = (cameraId: string) => cameras.get(cameraId).source;
    const devices = new CameraDevices({ sourceOf, guard });
    const controls = new PtzControls({
      sourceOf,
      guard,
      log,
    });
    const sessions = createSessions(config, { cameras, openTranscoder: ffmpeg.openTranscoder, log });
    const recording = await openRecording(config.recording, log);
    const archive = recording?.archive;
    const recorders = recording && new Recorders({ ...recording, cameras, media: ffmpeg.media, log });
    if (recorders !== undefined) cameras.recorderOf = (id) => recorders.statusOf(id);
    const isAtHome = config.agent !== undefined && archive !== undefined;
    const orders =
      isAtHome && recorders && recording
        ? new StandingOrders({ ...recording.folder, cameras, recorders, log })
        : undefined;
    const server = await openServer({
      config,
      orders,
      cameras,
      controls,
      probes,
      devices,
      sessions,
      recorders,
      archive,
      videos,
      ffmpeg,
      lease,
      suspects: ownTrail?.suspects ?? [],
      redactor,
      log,
    });
    const link = await dialOut(config, { server, orders }, log);
    return {
      port: server.port,
      accept: server.accept,
      // A child ends with its gateway, which knows.
      handOver: async () => (config.host.isRemote ? lease.handOver() : undefined),
      close: async () => {
        link?.close();
        await orders?.close();
        lease.close();
        sessions.close();
        // Before the server: the gateway is told of the last segments.
        await recorders?.close();
        await server.close();
        await archive?.close();
        await videos?.close();
        devices.close();
        await controls.close();
        await cameras.close();
        ownTrail?.close();
      },
    };
  },
});

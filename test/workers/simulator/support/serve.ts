/** Servers that end with their test, and the sources they serve. */
import {
  createRtspServer,
  type RtspServer,
  type RtspServerOptions,
} from '../../../../workers/simulator/server/rtsp-server.ts';
import { LoopSource } from '../../../../workers/simulator/server/stream/loop-source.ts';
import { PushSource } from '../../../doubles/push-source.ts';
import { madeUpUnit } from './material.ts';
import { RtspProbe } from './rtsp-probe.ts';

/** Starts servers and probes, and ends them all. */
export class Stage {
  readonly #probes: RtspProbe[] = [];
  readonly #servers: RtspServer[] = [];

  /** A server that listens on any free port. */
  async serve(options: RtspServerOptions): Promise<RtspServer> {
    const server = createRtspServer(options);
    this.#servers.push(server);
    await server.listen();
    return server;
  }

  /** A server with one moving stream at `/cam`, and further paths as given. */
  serveCamera(options: Partial<RtspServerOptions> = {}): Promise<RtspServer> {
    return this.serve({ streams: new Map([['/cam', movingSource()]]), ...options });
  }

  async connect(server: RtspServer): Promise<RtspProbe> {
    const probe = await RtspProbe.connect(server);
    this.#probes.push(probe);
    return probe;
  }

  async close(): Promise<void> {
    for (const probe of this.#probes.splice(0)) probe.close();
    await Promise.all(this.#servers.splice(0).map((server) => server.close()));
  }
}

/** 50 made-up pictures a second, every fifth a keyframe of three packets. */
export function movingSource(): LoopSource {
  const units = Array.from({ length: 10 }, (_, index) =>
    madeUpUnit({ bytes: index % 5 === 0 ? 3000 : 500, keyframe: index % 5 === 0 }),
  );
  return new LoopSource({ codec: 'h264', units, framesPerSecond: 50 });
}

/** A source that the test pushes, with the time of each picture counted up. */
export function pushedSource(): {
  source: PushSource;
  push(unit: { bytes: number; keyframe: boolean }): void;
} {
  const source = new PushSource({ codec: 'h264' });
  let timestamp = 0;
  return {
    source,
    push: (unit) => {
      timestamp += 3600;
      source.push({ ...madeUpUnit(unit), timestamp });
    },
  };
}

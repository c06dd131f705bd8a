/** Receives one camera until it fails. It never tries again, but for what the camera itself asks to be done otherwise. */
import type { RtspSource, Transport } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';
import { RedirectError } from '../redirect.ts';
import type { AddressGuard } from '../resolve.ts';
import type { RunSource, SourceHandlers } from '../run-source.ts';
import { createReadBuffer, dial } from './dial.ts';
import { type CameraHabits, RtspSession, type SourceTimings } from './rtsp-session.ts';

export const SOURCE_TIMINGS: SourceTimings = {
  dialMs: 5000,
  answerMs: 5000,
  describeMs: 10_000,
  keepAliveMs: 25_000,
};

/** Attempts within one run: without sound, over the other transport, and at another path. */
const MAX_ATTEMPTS = 4;
const OTHER_TRANSPORT: Record<Transport, Transport> = { tcp: 'udp', udp: 'tcp' };

/** How a session ended. */
interface Failure {
  error: unknown;
  /** Without sound it might not have failed. */
  isOfAudio: boolean;
}

/** Creates the function that receives over RTSP 1.0 (RFC 2326); each run resolves and checks the address anew. */
export function createRtspSource(
  guard: AddressGuard,
  timings: SourceTimings = SOURCE_TIMINGS,
): RunSource<RtspSource> {
  const readBuffer = createReadBuffer();
  const habitsBySource = new WeakMap<RtspSource, CameraHabits>();
  return async (source, handlers, signal) => {
    const habits = habitsBySource.get(source) ?? {
      transport: source.transport,
      refusesGetParameter: false,
    };
    habitsBySource.set(source, habits);
    const runOnce = async (target: RtspSource, handed: SourceHandlers): Promise<Failure> => {
      const socket = await dial(target, { timeoutMs: timings.dialMs, signal, guard, readBuffer });
      const { during = (work) => work() } = handlers;
      const session = new RtspSession({ socket, source: target, timings, habits, during });
      const abort = (): void => session.close();
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      const error = await session.run(handed).catch((reason: unknown) => reason);
      signal.removeEventListener('abort', abort);
      session.close();
      return { error, isOfAudio: session.fellOverAudio };
    };
    let handed = handlers;
    let target = source;
    for (let attempt = 1; ; attempt += 1) {
      const { error, isOfAudio } = await runOnce(target, handed);
      if (attempt === MAX_ATTEMPTS || signal.aborted) throw error;
      if (error instanceof RedirectError && error.path !== undefined && target === source) {
        target = { ...source, path: error.path };
      } else if (error instanceof AppError && error.code === 'camera-transport-refused') {
        const isSecond = habits.transport !== source.transport;
        habits.transport = isSecond ? source.transport : OTHER_TRANSPORT[source.transport];
        if (isSecond) throw error;
      } else if (isOfAudio && handed === handlers) {
        // A camera that falls over its own sound shall show its picture all the same.
        handed = withoutAudio(handlers);
      } else throw error;
    }
  };
}

function withoutAudio(handlers: SourceHandlers): SourceHandlers {
  return {
    onTrack: (track) => handlers.onTrack(track),
    onPacket: (packet) => handlers.onPacket(packet),
  };
}

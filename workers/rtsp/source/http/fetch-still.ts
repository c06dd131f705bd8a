/** Asks a camera for one picture over HTTP. */
import type { HttpSource } from '#shared/contract/source/http.ts';
import type { SplitJpeg } from '#shared/media/jpeg-splitter.ts';
import type { AddressGuard } from '../resolve.ts';
import { createHttpSource, HTTP_TIMINGS } from './http-source.ts';

/** Creates the function that asks; a stream is read up to its first picture. It throws AppError `camera-*`. */
export function createFetchStill(
  guard: AddressGuard,
): (source: HttpSource, signal: AbortSignal) => Promise<SplitJpeg> {
  const run = createHttpSource(guard, HTTP_TIMINGS);
  return async (source, signal) => {
    const enough = new AbortController();
    let first: SplitJpeg | undefined;
    const handlers = {
      onTrack: (): void => {},
      onPacket: ({ data, capturedAt }: { data: Buffer; capturedAt: number }): void => {
        first ??= { data, startedAt: capturedAt };
        enough.abort();
      },
    };
    const ended: unknown = await run(source, handlers, AbortSignal.any([signal, enough.signal])).catch(
      (error: unknown) => error,
    );
    if (first === undefined) throw ended;
    return first;
  };
}

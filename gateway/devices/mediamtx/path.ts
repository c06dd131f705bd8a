/**
 * A path of `GET /v3/paths/list`, over all versions since v1.9. Fields came and
 * went (`available`, `online`: v1.16; `tracks2`, `inboundBytes`: v1.17), so each
 * is detected by its presence, never by version.
 */
import { z } from 'zod';

const MAX_NAME_LENGTH = 1024;
/** PostgreSQL stores no NUL, and control characters cannot be typed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

const flag = z.boolean().nullish();
const text = z.string().nullish();
const bytes = z.number().nonnegative().nullish();

/** A path as the server sends it; unknown fields are kept. */
export const mediamtxPathSchema = z.looseObject({
  name: z
    .string()
    .min(1)
    .max(MAX_NAME_LENGTH)
    .refine((name) => !CONTROL.test(name) && name.isWellFormed()),
  confName: text,
  ready: flag,
  readyTime: text,
  available: flag,
  availableTime: text,
  online: flag,
  onlineTime: text,
  source: z.looseObject({ type: z.string() }).nullish(),
  tracks: z.array(z.string()).nullish(),
  tracks2: z.array(z.looseObject({ codec: z.string(), codecProps: z.looseObject({}).nullish() })).nullish(),
  readers: z.array(z.unknown()).nullish(),
  inboundBytes: bytes,
  outboundBytes: bytes,
  bytesReceived: bytes,
  bytesSent: bytes,
});

export type MediamtxPath = z.infer<typeof mediamtxPathSchema>;

/** Whether it is readable now. */
export function isReady({ available, ready }: MediamtxPath): boolean {
  return available ?? ready ?? false;
}

/**
 * Whether the video comes from the source itself. `online` does not say so: it is
 * true for a camera that never answered, and false while a slate replaces it.
 */
export function isSourceReady(path: MediamtxPath): boolean {
  const { available, online, source } = path;
  if (typeof available === 'boolean' && typeof online === 'boolean') return available && online;
  return isReady(path) && hasSource(source);
}

/** Whether something publishes, or is configured to be pulled. */
export function hasSource(source: MediamtxPath['source']): source is NonNullable<MediamtxPath['source']> {
  return source !== null && source !== undefined;
}

/** Whether the path has a settings entry of its own, and so is always listed. */
export function isConfigured({ name, confName }: MediamtxPath): boolean {
  return confName === undefined || confName === null || confName === name;
}

/** A path that exists only because a reader asked for a name without a publisher. */
export function isGhost(path: MediamtxPath): boolean {
  return !hasSource(path.source) && !isReady(path) && !isConfigured(path);
}

/** Codec labels; an open set. */
export function tracksOf({ tracks, tracks2 }: MediamtxPath): string[] {
  return tracks2?.map(({ codec }) => codec) ?? tracks ?? [];
}

/** Width and height of the first track that has them. */
export function sizeOf({ tracks2 }: MediamtxPath): { width: number; height: number } | undefined {
  for (const { codecProps } of tracks2 ?? []) {
    const { width, height } = (codecProps ?? {}) as { width?: unknown; height?: unknown };
    // Zeros until the server has seen a sequence parameter set.
    if (typeof width === 'number' && typeof height === 'number' && width > 0) return { width, height };
  }
  return undefined;
}

/** When it became readable; null if it is not (Go's zero time). */
export function readySince(path: MediamtxPath): string | null {
  const since = path.availableTime ?? path.readyTime ?? null;
  if (since === null || !isReady(path)) return null;
  const year = new Date(since).getUTCFullYear();
  return Number.isNaN(year) || year <= 1 ? null : since;
}

/** Bytes since the stream began. */
export function bytesOf(path: MediamtxPath): { in: number; out: number } {
  return {
    in: path.inboundBytes ?? path.bytesReceived ?? 0,
    out: path.outboundBytes ?? path.bytesSent ?? 0,
  };
}

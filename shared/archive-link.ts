/**
 * Archives: recordings on the disk of the worker that made them, with an index there. The gateway asks for spans,
 * segments and bytes of files, and says what clips of events need. Times are Unix milliseconds.
 */
import { z } from 'zod';
import { beginsSchema } from './contract/recording.ts';
import { segmentSchema } from './recording-link.ts';
import { parseSegmentName } from './segment-name.ts';

/** Path of the summary on an RTSP worker, and below it of what there is of one camera. */
export const ARCHIVE_PATH = '/internal/recordings';

const count = z.number().int().min(0);
const time = z.number().min(0);

/** Answer of `GET` {@link ARCHIVE_PATH}; a worker without an archive has no such route. */
export const archiveSummarySchema = z.object({
  /** With what is being written. */
  bytes: count,
  quotaBytes: count,
  cameras: z.array(z.object({ cameraId: z.string(), from: time, to: time, bytes: count, segments: count })),
});
export type ArchiveSummary = z.infer<typeof archiveSummarySchema>;

/** Query of a time of a camera. */
export const archiveRangeSchema = z.object({ from: z.coerce.number(), to: z.coerce.number() });
/** Query of `GET …/:cameraId/segments`. */
export const archiveListSchema = archiveRangeSchema.extend({ limit: z.coerce.number().int().min(1) });

/** Answer of `GET …/:cameraId/spans`: segments that follow one another are one. */
export const archiveSpansSchema = z.array(
  z.object({ begins: beginsSchema, startedAt: time, endedAt: time, bytes: count }),
);

/** Answer of `GET …/:cameraId/segments`. */
export const archiveSegmentsSchema = z.array(
  segmentSchema.extend({
    // It becomes a part of playlists and paths.
    file: z.string().refine((name) => parseSegmentName(name) !== undefined),
    startedAt: time,
    endedAt: time,
    bytes: count,
    parts: z.array(z.tuple([count, z.number().min(0)])),
  }),
);

const runSchema = z.object({
  trackId: count,
  decodeTime: z.number().min(0),
  durations: z.array(count),
  sizes: z.array(count),
  compositionOffsets: z.array(z.number()),
  syncs: z.array(z.boolean()),
  dataOffset: count,
  dataBytes: count,
});

/** Answer of `GET …/:cameraId/segments/:file/fragments`: where the samples of a time are in the file. */
export const archiveFragmentsSchema = z.object({
  /** Base64. */
  init: z.string(),
  fragments: z.array(
    z.object({
      offset: count,
      bytes: count,
      moofAt: count,
      startedAt: time,
      capturedAt: time,
      durationMs: z.number().min(0),
      isIndependent: z.boolean(),
      runs: z.array(runSchema),
    }),
  ),
});

/** Answer of `DELETE …/:cameraId`. */
export const archiveRemovedSchema = z.object({ segments: count, bytes: count });

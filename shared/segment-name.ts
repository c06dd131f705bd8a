/** Where segments of recordings lie: `CAMERA/2026-11-30/2026-11-30T10-55-01.123Z.continues.mp4`. */
import { join } from 'node:path';
import { type Begins, beginsSchema } from './contract/recording.ts';

const NAME = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})Z\.([a-z-]+)\.mp4$/;
const DAY_LENGTH = 10;

/** The name of a segment. @param startedAt Unix milliseconds */
export function segmentName(startedAt: number, begins: Begins): string {
  return `${new Date(startedAt).toISOString().replaceAll(':', '-')}.${begins}.mp4`;
}

/** What a name says; undefined for a name that is not of a segment. */
export function parseSegmentName(name: string): { startedAt: number; begins: Begins } | undefined {
  const [, day, hour, minute, second, word] = NAME.exec(name) ?? [];
  const begins = beginsSchema.safeParse(word);
  const startedAt = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return begins.success && !Number.isNaN(startedAt) ? { startedAt, begins: begins.data } : undefined;
}

/** Folder of a segment: one for each day. */
export function dayFolder(folder: string, cameraId: string, name: string): string {
  return join(folder, cameraId, name.slice(0, DAY_LENGTH));
}

/** Path of a segment. @param name one that {@link parseSegmentName} takes */
export function segmentPath(folder: string, cameraId: string, name: string): string {
  return join(dayFolder(folder, cameraId, name), name);
}

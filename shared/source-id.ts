/** A name for a camera source that reveals nothing of it, to compare wanted with actual. */
import { createHash } from 'node:crypto';
import type { CameraSource, RtspSource } from './camera-source.ts';

/** Digest of every field of a source; two sources share it only if they are the same stream and credentials. */
export function sourceId(source: CameraSource): string {
  const fields = source.kind === 'video' ? [source.file] : rtspFields(source);
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64url');
}

function rtspFields(source: RtspSource): unknown[] {
  return [
    source.secure,
    source.host,
    source.port,
    source.path,
    source.username,
    source.password,
    source.transport,
    source.isSimulator ?? false,
  ];
}

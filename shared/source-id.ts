/** An opaque id of a camera source, for comparing desired and actual state. */
import { createHash } from 'node:crypto';
import type { CameraSource, RtspSource } from './camera-source.ts';

/** Digest of all fields of a source: equal only for the same stream and credentials. */
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
    source.ptz ?? null,
    source.isSimulator ?? false,
  ];
}

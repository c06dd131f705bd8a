/** An opaque id of a camera source, for comparing desired and actual state. */
import { createHash } from 'node:crypto';
import type { CameraSource } from './camera-source.ts';

/** Digest of all fields of a source: equal only for the same stream and credentials. */
export function sourceId(source: CameraSource): string {
  return createHash('sha256').update(JSON.stringify(source, inOrder)).digest('base64url');
}

/** Fields in one order, absent ones left out. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

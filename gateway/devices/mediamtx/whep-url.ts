/** WHEP address of a MediaMTX path. */
import { encodePath } from './client.ts';
import { type MediamtxPath, tracksOf } from './path.ts';

const WEBRTC_PORT = 8889;

/** Codecs that MediaMTX does not send to browsers; it does not transcode. Unlisted ones may work. */
const NOT_BY_WEBRTC = new Set([
  'MPEG-4 Video',
  'MPEG-1/2 Video',
  'M-JPEG',
  'FLAC',
  'Vorbis',
  'MPEG-4 Audio',
  'MPEG-4 Audio LATM',
  'MPEG-1/2 Audio',
  'AC3',
  'Speex',
  'G726',
  'MPEG-TS',
  'KLV',
  'Generic',
]);

/** Base of WHEP addresses: as configured, or port 8889 of the API's host. */
export function whepBase(apiUrl: string, webrtcUrl: string | undefined): string {
  if (webrtcUrl !== undefined) return webrtcUrl.replace(/\/+$/, '');
  return `http://${new URL(apiUrl).hostname}:${WEBRTC_PORT}`;
}

/** A path's address; null if no player could watch it. @param base null when WebRTC is off */
export function whepUrl(
  base: string | null,
  path: MediamtxPath,
  tracks: readonly string[] = tracksOf(path),
): string | null {
  const isPlayable = tracks.length === 0 || tracks.some((codec) => !NOT_BY_WEBRTC.has(codec));
  // WebRTC readers do not follow a redirect.
  if (base === null || !isPlayable || path.source?.type === 'redirect') return null;
  return whepUrlOfPath(base, path.name);
}

/** Address of a path by its name. */
export function whepUrlOfPath(base: string, name: string): string {
  return `${base}/${encodePath(name)}/whep`;
}

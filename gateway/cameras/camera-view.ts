/** A camera as clients see it: never with its password. */
import { isAddressed, maskedUrl, secretsOf } from '#shared/camera-source.ts';
import type { Camera } from '#shared/contract/camera.ts';
import { NO_RECORDING } from '#shared/contract/recording.ts';
import type { KnownCamera } from './camera-directory.ts';

/** One element of `GET /api/cameras` (docs/contract.md, section 1). */
export function viewCamera(camera: KnownCamera): Camera {
  const id = encodeURIComponent(camera.id);
  const { sub, still } = isAddressed(camera.source) ? camera.source : {};
  return {
    id: camera.id,
    name: camera.name,
    location: camera.location,
    rtspUrl: maskedUrl(camera.source),
    subUrl: sub === undefined ? null : maskedUrl(sub),
    stillUrl: still === undefined ? null : maskedUrl(still),
    webrtcUrl: `/whep/${id}`,
    frameUrl: `/api/cameras/${id}/frame`,
    mjpegUrl: `/api/cameras/${id}/stream.mjpeg`,
    sourceType: camera.source.kind,
    hasPassword: secretsOf(camera.source).length > 0,
    ptz: isAddressed(camera.source) ? (camera.source.ptz ?? null) : null,
    agent: camera.agent ?? null,
    labels: { ...camera.labels },
    enabled: camera.enabled,
    analysis: camera.analysis,
    zones: [...(camera.zones ?? [])],
    ...(camera.recording ?? NO_RECORDING),
    origin: camera.isFromFile ? 'file' : camera.origin,
    isDemo: camera.origin === 'demo',
  };
}

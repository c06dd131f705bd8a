/** Sources of cameras that are never dialled. */
import type { CameraSource } from '#shared/camera-source.ts';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';

/** A source on a port of its own, so that two of them differ. */
export function cameraSource(port = 554, change: Partial<RtspSource> = {}): RtspSource {
  return {
    kind: 'rtsp',
    secure: false,
    host: '192.0.2.1',
    port,
    path: '/1',
    username: 'admin',
    password: 'S3cr3tC4nary',
    transport: 'tcp',
    ...change,
  };
}

/** A source that a test knows to be an RTSP camera. */
export function asRtsp(source: CameraSource | undefined): RtspSource | undefined {
  if (source !== undefined && source.kind !== 'rtsp') throw new Error(`The source is ${source.kind}`);
  return source;
}

/** Sources of cameras that nobody dials. */
import type { CameraSource } from '#shared/camera.ts';

/** A source on a port of its own, so that two of them differ. */
export function cameraSource(port = 554, change: Partial<CameraSource> = {}): CameraSource {
  return {
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

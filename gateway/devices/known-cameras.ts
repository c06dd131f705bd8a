/** The cameras of this gateway as devices need them. */
import { urlWithCredentials } from '#shared/camera-source.ts';
import type { CameraStatus } from '#shared/contract/status.ts';
import type { CameraDirectory, KnownCamera } from '../cameras/camera-directory.ts';
import type { CameraStates } from '../cameras/camera-states.ts';
import type { GatewayCamera, GatewayCameras } from './gateway-devices.ts';
import type { ManagedCameras } from './mediamtx/manager.ts';

/** Every camera, for the list of devices. */
export function ownCameras(directory: CameraDirectory, states: CameraStates): GatewayCameras {
  return {
    list: async (isFresh) => {
      const statuses = await (isFresh ? states.read() : states.newest());
      return directory.list().map((camera) => toGatewayCamera(camera, statuses.get(camera.id)));
    },
    onChange: (listener) => directory.onChange(listener),
  };
}

/** The cameras that a MediaMTX server is to carry: those of the registry that have an address. */
export function managedCameras(directory: CameraDirectory): ManagedCameras {
  return {
    list: async () =>
      directory
        .wanted()
        .flatMap(({ id, source, origin }) =>
          source.kind === 'rtsp' && origin === 'registry'
            ? [{ id, url: urlWithCredentials(source), transport: source.transport }]
            : [],
        ),
    onChange: (listener) => directory.onChange(listener),
  };
}

function toGatewayCamera(
  { id, name, location, enabled, origin }: KnownCamera,
  status: CameraStatus | undefined,
): GatewayCamera {
  return {
    id,
    name,
    location,
    enabled,
    isDemo: origin === 'demo',
    connected: status?.connected ?? false,
    codec: status?.codec ?? undefined,
    width: status?.width ?? undefined,
    height: status?.height ?? undefined,
    viewers: status?.viewers,
    reason: status?.reason,
  };
}

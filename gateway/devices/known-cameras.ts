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

/** A gateway from which MediaMTX servers get cameras. */
export interface EdgeSource {
  /** `http://` or `https://`, as the servers reach it. */
  url: string;
  /** Key or token; undefined where no sign-in is needed. */
  key: string | undefined;
}

/**
 * The cameras that MediaMTX servers are to carry: those of the registry that have an address.
 * @param gateway gets them from there, by WHEP, in place of from the cameras
 */
export function managedCameras(directory: CameraDirectory, gateway?: EdgeSource): ManagedCameras {
  return {
    list: async () =>
      directory.wanted().flatMap(({ id, source, origin, agent }) => {
        // WHEP passes on the packets of a camera; one that sends JPEG pictures has none that a browser plays.
        if (origin !== 'registry' || source.kind === 'http') return [];
        if (gateway !== undefined) return [{ id, url: whepSource(id, gateway) }];
        // Its address and password mean something on the network of its agent only.
        if (source.kind !== 'rtsp' || agent !== undefined) return [];
        return [{ id, url: urlWithCredentials(source), transport: source.transport }];
      }),
    onChange: (listener) => directory.onChange(listener),
  };
}

/** MediaMTX sends the user information of a `whep://` address as basic authentication. */
function whepSource(id: string, { url, key }: EdgeSource): string {
  const user = key === undefined ? '' : `edge:${encodeURIComponent(key)}@`;
  return `${url.replace(/^http(s?):\/\//i, `whep$1://${user}`)}/whep/${encodeURIComponent(id)}`;
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

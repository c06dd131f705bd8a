/** Chooses the driver of a camera's controls. */

import type { PtzSettings } from '#shared/contract/ptz.ts';
import type { CameraAddress } from '#shared/contract/source/address.ts';
import { OnvifDevice } from '../onvif/onvif-device.ts';
import { CameraHttp } from '../source/camera-http.ts';
import { type AddressGuard, resolveChecked } from '../source/resolve.ts';
import { OnvifDriver } from './onvif.ts';
import type { PtzDriver } from './ptz.ts';
import { PtzopticsDriver } from './ptzoptics.ts';
import { ViscaDriver } from './visca.ts';
import { ViscaLink } from './visca-link.ts';

const HTTP_PORT = 80;
const VISCA_PORT = { tcp: 5678, udp: 1259 };
/** Cameras on Sony's own port frame their messages ("VISCA over IP"). */
const SONY_PORT = 52381;

/** Resolves the camera's host once and checks what it may dial. @throws AppError `camera-address-denied` */
export async function createDriver(
  source: CameraAddress,
  settings: PtzSettings,
  guard: AddressGuard,
): Promise<PtzDriver> {
  const { host, username, password } = source;
  const port = portOf(settings);
  const lookup = await resolveChecked(host, port, guard);
  if (settings.kind === 'visca') {
    const hasHeader = settings.transport === 'udp' && port === SONY_PORT;
    return new ViscaDriver(new ViscaLink({ host, port, transport: settings.transport, hasHeader, lookup }));
  }
  const http = new CameraHttp({ host, port, username, password, lookup });
  if (settings.kind === 'ptzoptics') return new PtzopticsDriver(http);
  return new OnvifDriver(new OnvifDevice({ http, username, password, path: settings.path }), settings.range);
}

function portOf(settings: PtzSettings): number {
  return settings.port ?? (settings.kind === 'visca' ? VISCA_PORT[settings.transport] : HTTP_PORT);
}

/** `GET /api/devices` (docs/contract.md, section 6). */
import type { Request } from 'express';
import { parseFields } from '#shared/camera.ts';
import {
  type Device,
  deviceListSchema,
  deviceMetadataSchema,
  deviceQuerySchema,
} from '#shared/contract/device.ts';
import { ofCameras } from '../auth/rights.ts';
import { publicOrigin } from '../http/public-origin.ts';
import { json, type RouteGroup, route } from '../http/route.ts';
import type { DeviceRow } from '../store/database.ts';
import type { DeviceRepository } from './device-repository.ts';
import { publicKeys } from './public-keys.ts';

export interface DeviceRoutesOptions {
  repository: Pick<DeviceRepository, 'list' | 'keys'>;
}

/** The list of devices. */
export function deviceRoutes({ repository }: DeviceRoutesOptions): RouteGroup {
  return {
    name: 'Devices',
    description: "The gateway's own cameras and the paths of MediaMTX, in one list.",
    schemas: [deviceMetadataSchema],
    routes: [
      route({
        id: 'listDevices',
        method: 'get',
        path: '/api/devices',
        access: 'viewer',
        cameraScope: 'handled',
        summary: 'Devices',
        request: {
          query: deviceQuerySchema,
          queryExample: { device_type: 'camera', active_only: 'false' },
        },
        answers: { 200: json('Devices.', deviceListSchema) },
        errors: ['invalid-field'],
        handle: async (req, res) => {
          const { device_type, active_only } = parseFields(deviceQuerySchema, req.query);
          const all = await repository.list({ type: device_type, activeOnly: active_only });
          const rows = ofCameras(req, all, cameraOf);
          const keys = publicKeys(await repository.keys());
          const reach = reachOf(req);
          res.setHeader('Cache-Control', 'no-store');
          res.json(rows.map((row) => describe(row, keys.get(row.device_key) ?? row.device_key, reach)));
        },
      }),
    ],
  };
}

/** The camera behind a device; empty for a path of MediaMTX. */
function cameraOf({ source, device_key }: DeviceRow): string {
  return source === 'gateway' ? device_key.slice('gateway:'.length) : '';
}

function describe(row: DeviceRow, key: string, reach: Reach): Device {
  return {
    device_key: key,
    device_type: row.device_type,
    source: row.source,
    last_seen: new Date(row.last_seen).toISOString(),
    is_active: row.is_active === 1,
    device_metadata: forClient(row.device_metadata, reach),
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
  };
}

/** The address by which a client reaches this machine. */
interface Reach {
  origin: string;
  hostname: string;
  isLoopback: boolean;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;
/** Inside a JSON string quotes are escaped, so this matches the member itself only. */
const OWN_WHEP = /"whep_url":"(?=\/)/;
const LOCAL_WHEP = /("whep_url":"https?:\/\/)(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?=[:/])/i;

function reachOf(req: Request): Reach {
  const origin = publicOrigin(req);
  const { hostname } = new URL(origin);
  return { origin, hostname, isLoopback: LOOPBACK.test(hostname) };
}

/** A remote browser cannot use our loopback address: it gets the host by which it reached us. */
function forClient(metadata: string, { origin, hostname, isLoopback }: Reach): string {
  const text = metadata.replace(OWN_WHEP, () => `"whep_url":"${origin}`);
  return isLoopback ? text : text.replace(LOCAL_WHEP, (_, start: string) => `${start}${hostname}`);
}

/** `GET /api/devices` (docs/contract.md, section 6). */
import { type Request, Router } from 'express';
import { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import { publicOrigin } from '../http/public-origin.ts';
import type { DeviceRow } from '../store/database.ts';
import type { DeviceRepository } from './device-repository.ts';

export interface DeviceRoutesOptions {
  repository: Pick<DeviceRepository, 'list'>;
}

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

const switchSchema = z
  .string()
  .toLowerCase()
  .refine((word) => [...TRUE, ...FALSE].includes(word), 'must be true or false')
  .transform((word) => TRUE.includes(word));

export const deviceQuerySchema = z.object({
  device_type: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/, 'must be 1 to 64 lower-case letters, digits, "_" or "-"')
    .optional(),
  active_only: switchSchema.optional(),
});

/** Routes under `/api/devices`. */
export function deviceRoutes({ repository }: DeviceRoutesOptions): Router {
  const routes = Router();
  routes.get('/', async (req, res) => {
    const { device_type, active_only } = parseFields(deviceQuerySchema, req.query);
    const rows = await repository.list({ type: device_type, activeOnly: active_only });
    const reach = reachOf(req);
    res.setHeader('Cache-Control', 'no-store');
    res.json(rows.map((row) => describe(row, reach)));
  });
  return routes;
}

function describe(row: DeviceRow, reach: Reach): object {
  return {
    device_key: row.device_key,
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

/** Devices: the gateway's own cameras and the paths of MediaMTX. */
import { z } from 'zod';
import { timeSchema } from './common.ts';

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

const switchSchema = z
  .string()
  .toLowerCase()
  .refine((word) => [...TRUE, ...FALSE].includes(word), 'must be true or false')
  .transform((word) => TRUE.includes(word));

/** Query of `GET /api/devices`. */
export const deviceQuerySchema = z.object({
  device_type: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/, 'must be 1 to 64 lower-case letters, digits, "_" or "-"')
    .optional()
    .meta({ description: 'Only those of this type: `camera`.' }),
  active_only: switchSchema
    .optional()
    .meta({ description: '`true`, `1`, `yes` or `on`: only those that were seen lately.' }),
});

/** What `device_metadata` holds as JSON text; sources add what else they know. */
export const deviceMetadataSchema = z
  .looseObject({
    name: z.string(),
    ready: z.boolean().meta({ description: 'Whether it can be watched now.' }),
    source_ready: z
      .boolean()
      .meta({ description: 'Whether what is watched comes from the device itself, now.' }),
    tracks: z.array(z.string()).meta({ description: 'Labels of codecs.' }),
    readers: z.array(z.unknown()),
    reader_count: z.int(),
    whep_url: z.string().nullable().meta({ description: 'Where a WHEP player can watch it.' }),
    state: z.string().meta({ description: 'One word for people.' }),
  })
  .meta({ id: 'DeviceMetadata' });
export type DeviceMetadata = z.infer<typeof deviceMetadataSchema>;

/** A device as clients see it. */
const deviceSchema = z
  .object({
    device_key: z
      .string()
      .meta({ description: 'Name of the device; `source:name` where another one had the name first.' }),
    device_type: z.string(),
    source: z.string().meta({ description: 'Who told of it: `gateway` or `mediamtx`.' }),
    last_seen: timeSchema,
    is_active: z.boolean(),
    device_metadata: z.string().meta({ description: 'JSON text of `DeviceMetadata`.' }),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Device' });
export type Device = z.infer<typeof deviceSchema>;

/** Answer of `GET /api/devices`. */
export const deviceListSchema = z.array(deviceSchema).meta({ id: 'DeviceList' });

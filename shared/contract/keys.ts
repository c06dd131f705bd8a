/** Scoped keys of clients. */
import { z } from 'zod';
import { cameraIdSchema } from '../camera.ts';
import { idInPath, timeSchema } from './common.ts';

const MAX_CAMERAS = 200;

const scopeSchema = z.enum(['view', 'operate', 'admin']).meta({
  description: '`view`: look. `operate`: also move cameras, ask, enable and disable. `admin`: all.',
});
const camerasSchema = z
  .array(cameraIdSchema)
  .min(1)
  .max(MAX_CAMERAS)
  .meta({ description: 'The only cameras that exist for its holder; without it, all.' });

/** What a key allows, as a client chooses it. */
export const keyRightsSchema = z.object({
  scope: scopeSchema,
  cameras: camerasSchema.optional(),
  expires: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: 'When it expires; without it, never.' }),
});

export const keyNameSchema = z.string().trim().min(1).max(100);

/** Body of `POST /api/keys`. */
export const newKeySchema = keyRightsSchema
  .extend({ name: keyNameSchema.meta({ description: 'For people.' }) })
  .strict()
  .meta({ id: 'NewKey' });

const keyFields = {
  id: z.string().meta({ description: 'Also its user name for digest authentication.' }),
  name: z.string(),
  scope: scopeSchema,
  cameras: z.array(z.string()).nullable().meta({ description: 'Null for all cameras.' }),
  expires: timeSchema.nullable(),
  createdAt: timeSchema,
  lastUsedAt: timeSchema.nullable().meta({ description: 'To the minute; null before its first use.' }),
};

/** A key as lists show it. */
export const keySchema = z.object(keyFields).meta({ id: 'Key' });
export type KeyView = z.infer<typeof keySchema>;

/** Answer of `GET /api/keys`. */
export const keyListSchema = z.array(keySchema).meta({ id: 'KeyList' });

/** Answer of `POST /api/keys`. */
export const createdKeySchema = z
  .object({ ...keyFields, key: z.string().meta({ description: 'Shown this once.' }) })
  .meta({ id: 'CreatedKey' });

export const keyIdInPath = idInPath('Id of the key.', '3f9ac1d20b7e');

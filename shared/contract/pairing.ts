/** Pairing: a code that an app trades for a key of its own. */
import { z } from 'zod';
import { timeSchema } from './common.ts';
import { createdKeySchema, keyNameSchema, keyRightsSchema } from './keys.ts';

/** Body of `POST /api/pairings`: what the key of the app will allow. */
export const newPairingSchema = keyRightsSchema.strict().meta({ id: 'NewPairing' });

/** Answer of `POST /api/pairings`. */
export const pairingSchema = z
  .object({
    code: z.string().meta({ description: 'Valid once. Upper case and the hyphen do not matter.' }),
    url: z.string().meta({ description: 'For a QR code: the address of the gateway with the code.' }),
    validUntil: timeSchema,
  })
  .meta({ id: 'Pairing' });
export type Pairing = z.infer<typeof pairingSchema>;

/** Body of `POST /api/pairings/redeem`. */
export const redeemSchema = z
  .object({
    code: z.string().min(1).max(64),
    name: keyNameSchema.meta({ description: 'Of the key, for people: the device, the app.' }),
  })
  .strict()
  .meta({ id: 'PairingRedemption' });

/** Answer of `POST /api/pairings/redeem`. */
export const redeemedSchema = createdKeySchema;

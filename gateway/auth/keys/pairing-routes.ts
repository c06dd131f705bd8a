/** `/api/pairings`: an app gets a key of its own for a code that an admin shows it. */
import { parseFields } from '#shared/camera.ts';
import {
  newPairingSchema,
  type Pairing,
  pairingSchema,
  redeemedSchema,
  redeemSchema,
} from '#shared/contract/pairing.ts';
import { publicOrigin } from '../../http/public-origin.ts';
import { json, jsonBody, type RouteGroup, route } from '../../http/route.ts';
import type { KeyRing } from './key-ring.ts';
import { rightsOf, viewKey } from './key-routes.ts';

export interface PairingRoutesOptions {
  keys: Pick<KeyRing, 'startPairing' | 'redeem'>;
  /** Unix milliseconds. */
  now?: () => number;
}

/** Begin a pairing, and redeem its code. */
export function pairingRoutes({ keys, now = Date.now }: PairingRoutesOptions): RouteGroup {
  return {
    name: 'Pairing',
    description:
      'For apps on phones and televisions: an admin shows a QR code with the address of the gateway and a code, and the app trades the code for a key of its own.',
    routes: [
      route({
        id: 'startPairing',
        method: 'post',
        path: '/api/pairings',
        summary: 'A code that an app trades for a key',
        description: 'It is valid once, for five minutes. The body says what the key will allow.',
        request: { bodies: jsonBody(newPairingSchema, { 'For an app that looks': { scope: 'view' } }) },
        answers: { 201: json('The code.', pairingSchema) },
        errors: ['invalid-field'],
        handle: async (req, res) => {
          const rights = rightsOf(parseFields(newPairingSchema, req.body ?? {}), now());
          const { code, expiresAt } = await keys.startPairing(rights);
          res.setHeader('Cache-Control', 'no-store');
          res.status(201).json({
            code,
            // Browsers send a fragment to no server.
            url: `${publicOrigin(req)}/signin#pair=${code}`,
            validUntil: new Date(expiresAt).toISOString(),
          } satisfies Pairing);
        },
      }),
      route({
        id: 'redeemPairing',
        method: 'post',
        path: '/api/pairings/redeem',
        access: 'anyone',
        limit: 'logins',
        summary: 'Trade a code for a key',
        request: {
          bodies: jsonBody(redeemSchema, { 'From an app': { code: '7K2MX-09QRT', name: 'Pixel 12' } }),
          bodyLimit: 'small',
        },
        answers: { 201: json('The key, shown this once.', redeemedSchema) },
        errors: ['invalid-field', 'pairing-not-found', 'too-many-keys', 'too-many-requests'],
        handle: async (req, res) => {
          const { code, name } = parseFields(redeemSchema, req.body ?? {});
          const { key, text } = await keys.redeem(code, name);
          res.setHeader('Cache-Control', 'no-store');
          res.status(201).json({ ...viewKey(key), key: text });
        },
      }),
    ],
  };
}

/** `/api/keys`: scoped keys for apps, integrations and people. */
import { parseFields } from '#shared/camera.ts';
import {
  createdKeySchema,
  type KeyView,
  keyIdInPath,
  keyListSchema,
  newKeySchema,
} from '#shared/contract/keys.ts';
import { AppError } from '#shared/errors.ts';
import { json, jsonBody, type RouteGroup, route } from '../../http/route.ts';
import type { Key, KeyRights, UsedKey } from './key.ts';
import type { KeyRing } from './key-ring.ts';

export interface KeyRoutesOptions {
  keys: Pick<KeyRing, 'create' | 'list' | 'remove'>;
  /** Unix milliseconds. */
  now?: () => number;
}

const EXAMPLES = {
  'For an app that shows two cameras': { name: 'Kitchen tablet', scope: 'view', cameras: ['1', '2'] },
  'For a season': { name: 'Caretaker', scope: 'operate', expires: '2100-01-01T00:00:00Z' },
};

/** Create, list and revoke keys. */
export function keyRoutes({ keys, now = Date.now }: KeyRoutesOptions): RouteGroup {
  return {
    name: 'Keys',
    description:
      'Long-lived keys with a scope, for some cameras or all. Sent as `Authorization: Bearer`, or as the password of HTTP Basic with any user name. A key with scope `view` may also be in the address (`?key=`) of pictures, MJPEG and HLS.',
    routes: [
      route({
        id: 'createKey',
        method: 'post',
        path: '/api/keys',
        summary: 'Create a key',
        description: 'The key is in this answer only: the gateway stores a hash of it.',
        request: { bodies: jsonBody(newKeySchema, EXAMPLES) },
        answers: { 201: json('The key.', createdKeySchema) },
        errors: ['invalid-field', 'too-many-keys'],
        handle: async (req, res) => {
          const { name, ...rights } = parseFields(newKeySchema, req.body ?? {});
          const { key, text } = await keys.create(name, rightsOf(rights, now()));
          res.setHeader('Cache-Control', 'no-store');
          res.status(201).json({ ...viewKey(key), key: text });
        },
      }),
      route({
        id: 'listKeys',
        method: 'get',
        path: '/api/keys',
        summary: 'All keys, oldest first',
        answers: { 200: json('Keys, without their text.', keyListSchema) },
        handle: async (_req, res) => {
          res.setHeader('Cache-Control', 'no-store');
          res.json((await keys.list()).map(viewKey));
        },
      }),
      route({
        id: 'revokeKey',
        method: 'delete',
        path: '/api/keys/:keyId',
        summary: 'Revoke a key',
        description: 'Its sockets, streams and sessions end immediately.',
        request: { params: { keyId: keyIdInPath } },
        answers: { 204: { description: 'It is no longer valid.' } },
        errors: ['key-not-found'],
        handle: async (req, res) => {
          await keys.remove(req.params.keyId);
          res.status(204).end();
        },
      }),
    ],
  };
}

/** What a request says of a key's rights. @throws AppError `invalid-field` for an expiry in the past */
export function rightsOf(
  {
    scope,
    cameras,
    expires,
  }: { scope: Key['scope']; cameras?: string[] | undefined; expires?: string | undefined },
  now: number,
): KeyRights {
  const expiresAt = expires === undefined ? undefined : Date.parse(expires);
  if (expiresAt !== undefined && expiresAt <= now)
    throw new AppError('invalid-field', 'expires: must be in the future', { field: 'expires' });
  return { scope, cameras: cameras === undefined ? undefined : new Set(cameras), expiresAt };
}

/** A key as clients see it. */
export function viewKey({
  id,
  name,
  scope,
  cameras,
  expiresAt,
  createdAt,
  lastUsedAt,
}: Key & Partial<UsedKey>): KeyView {
  return {
    id,
    name,
    scope,
    cameras: cameras === undefined ? null : [...cameras],
    expires: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === undefined ? null : new Date(lastUsedAt).toISOString(),
  };
}

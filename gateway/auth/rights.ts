/** What a role may do, and which cameras exist for a client. Handlers ask here; nothing else decides it. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import type { Access } from '../http/route.ts';
import { type Principal, principalOf, type Role } from './principal.ts';

/** Roles by rank: each may do what a lower one may. */
const RANKS: Record<Access, number> = { anyone: 0, viewer: 1, operator: 2, admin: 3 };
const ARTICLES: Record<Role, string> = { viewer: 'a viewer', operator: 'an operator', admin: 'an admin' };

/** Whether a role reaches a rank. @param role undefined for a stranger */
export function isAllowed(role: Role | undefined, access: Access): boolean {
  return RANKS[role ?? 'anyone'] >= RANKS[access];
}

/** @throws AppError `forbidden` for a signed-in client of a lower rank */
function expectRole(request: IncomingMessage, access: Access): void {
  const role = principalOf(request)?.role;
  if (!isAllowed(role, access)) throw tooLow(role);
}

/**
 * Lets operators change these fields, and admins all.
 * @param body as parsed @throws AppError `forbidden`
 */
export function expectRoleForFields(
  request: IncomingMessage,
  body: unknown,
  ofOperators: readonly string[],
): void {
  const fields = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  const isForOperators = fields.length > 0 && fields.every((field) => ofOperators.includes(field));
  expectRole(request, isForOperators ? 'operator' : 'admin');
}

/** The refusal of a client whose role is too low. */
export function tooLow(role: Role | undefined): AppError {
  const who = role === undefined ? 'not signed in' : `signed in as ${ARTICLES[role]}`;
  return new AppError('forbidden', `You are ${who}. Ask an administrator to do this.`);
}

/** Cameras that exist for a client; undefined: all. */
export function camerasOf(request: IncomingMessage): ReadonlySet<string> | undefined {
  return principalOf(request)?.cameras;
}

/** Whether a camera exists for a client. */
export function maySee(principal: Pick<Principal, 'cameras'> | undefined, cameraId: string): boolean {
  return principal?.cameras === undefined || principal.cameras.has(cameraId);
}

/** @throws AppError `camera-not-found` for a camera that does not exist for this client */
export function expectCamera(request: IncomingMessage, cameraId: string): void {
  if (!maySee(principalOf(request), cameraId)) throw noCamera(cameraId);
}

/** The members of a list that are about cameras of the client. */
export function ofCameras<T>(
  request: IncomingMessage,
  list: readonly T[],
  cameraIdOf: (member: T) => string,
): readonly T[] {
  const cameras = camerasOf(request);
  return cameras === undefined ? list : list.filter((member) => cameras.has(cameraIdOf(member)));
}

/** The refusal that a camera which is not there has too. */
export function noCamera(cameraId: string): AppError {
  return new AppError('camera-not-found', `No camera ${cameraId.slice(0, 128)}`);
}

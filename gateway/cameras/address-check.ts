/** Refuses camera addresses that no worker would dial, without resolving names. */
import { type AddressPolicy, checkLiteral } from '#shared/address-policy.ts';
import { isAddressed, type RegisteredSource } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';

/**
 * Checks what a client wants stored.
 * @param body what it sent, to name the field at fault
 * @throws AppError `camera-address-denied` naming `ip` or `url`
 */
export function checkCameraAddress(source: RegisteredSource, body: unknown, policy: AddressPolicy): void {
  if (!isAddressed(source)) return;
  try {
    checkLiteral(source.host, source.port, policy);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const field = (body as { url?: unknown }).url === undefined ? 'ip' : 'url';
    throw new AppError(error.code, error.message, { field, cause: error });
  }
}

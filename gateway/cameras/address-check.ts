/** Refuses camera addresses that no worker would dial, without resolving names. */
import { type AddressPolicy, checkLiteral } from '#shared/address-policy.ts';
import { type AddressedSource, isAddressed, type RegisteredSource } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';

/**
 * Checks what a client wants stored.
 * @param body what it sent, to name the field at fault
 * @throws AppError `camera-address-denied` naming `ip`, `url`, `subUrl` or `stillUrl`
 */
export function checkCameraAddress(source: RegisteredSource, body: unknown, policy: AddressPolicy): void {
  if (!isAddressed(source)) return;
  const main = (body as { url?: unknown }).url === undefined ? 'ip' : 'url';
  const addresses = { [main]: source, subUrl: source.sub, stillUrl: source.still };
  for (const [field, address] of Object.entries(addresses))
    if (address !== undefined) check(address, field, policy);
}

function check({ host, port }: AddressedSource, field: string, policy: AddressPolicy): void {
  try {
    checkLiteral(host, port, policy);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message, { field, cause: error });
  }
}

/** The key under which limits count a client's address. */
import { ipKeyGenerator } from 'express-rate-limit';

/** An IPv4 address as it is; an IPv6 address by its network, since one host may use any address of it. */
export function addressKey(address: string | undefined): string {
  return ipKeyGenerator(address ?? '');
}

/** Settings of camera addresses. */
import type { AddressPolicy } from '#shared/address-policy.ts';
import { readAddressPolicy } from '#shared/address-settings.ts';
import type { Environment } from '#shared/settings.ts';

/**
 * Reads the environment. Refuses cameras on this machine by default: other services
 * here were not meant for the gateway's users.
 * @param ownPorts ports of the gateway and its workers
 * @throws SettingsError naming the variable, its value and what is allowed
 */
export function loadAddressConfig(env: Environment, ownPorts: readonly number[]): AddressPolicy {
  return readAddressPolicy(env, { allowsLoopback: false, ownPorts: ownPorts.filter((port) => port > 0) });
}

/** Settings of which cameras may be dialled. */
import type { AddressPolicy } from '#shared/address-policy.ts';
import { readAddressPolicy } from '#shared/address-settings.ts';
import type { Environment } from '#shared/settings.ts';

/**
 * Reads the environment. Cameras on this machine are refused unless it says otherwise: what listens
 * here besides was not meant for the users of the gateway.
 * @param ownPorts where the gateway and its workers listen
 * @throws SettingsError naming the variable, its value and what is allowed
 */
export function loadAddressConfig(env: Environment, ownPorts: readonly number[]): AddressPolicy {
  return readAddressPolicy(env, { allowsLoopback: false, ownPorts: ownPorts.filter((port) => port > 0) });
}

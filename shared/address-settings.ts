/** Settings for camera addresses, read by the gateway and passed on to its workers. */
import { type AddressPolicy, isNetwork, type PortRange } from './address-policy.ts';
import { type Environment, readChoice, readSwitch, readText, SettingsError } from './settings.ts';

const MAX_PORT = 65_535;

/**
 * Reads the environment.
 * @param defaults default for loopback, and the ports of this process
 * @throws SettingsError
 */
export function readAddressPolicy(
  env: Environment,
  defaults: { allowsLoopback: boolean; ownPorts: readonly number[] },
): AddressPolicy {
  const mode = readChoice(env, 'PUBLIC', { fallback: 'auto', choices: ['auto', 'on', 'off'] });
  return {
    isPublic: mode === 'auto' ? env.REPL_ID !== undefined : mode === 'on',
    allowsLoopback: readSwitch(env, 'ALLOW_LOOPBACK_CAMERAS', defaults.allowsLoopback),
    allowedNetworks: readNetworks(env),
    allowedPorts: readPorts(env, 'CAMERA_ALLOW_PORTS'),
    ownPorts: [...defaults.ownPorts, ...readPorts(env, 'OWN_PORTS').flatMap(portsIn)],
  };
}

/** The environment from which {@link readAddressPolicy} reads the same policy again. */
export function addressEnv(policy: AddressPolicy): Record<string, string> {
  return {
    PUBLIC: policy.isPublic ? 'on' : 'off',
    ALLOW_LOOPBACK_CAMERAS: policy.allowsLoopback ? 'on' : 'off',
    CAMERA_ALLOW_CIDRS: policy.allowedNetworks.join(','),
    CAMERA_ALLOW_PORTS: policy.allowedPorts.map(({ first, last }) => `${first}-${last}`).join(','),
    OWN_PORTS: policy.ownPorts.join(','),
  };
}

function readNetworks(env: Environment): string[] {
  const networks = listOf(readText(env, 'CAMERA_ALLOW_CIDRS', ''));
  const wrong = networks.find((network) => !isNetwork(network));
  if (wrong !== undefined)
    throw new SettingsError(
      'CAMERA_ALLOW_CIDRS',
      wrong,
      'networks like 10.20.0.0/16 with commas between them',
    );
  return networks;
}

function readPorts(env: Environment, name: string): PortRange[] {
  return listOf(readText(env, name, '')).map((text) => {
    const [first = Number.NaN, last = first] = text.split('-').map(Number);
    const isRange = /^\d+(-\d+)?$/.test(text) && first >= 1 && first <= last && last <= MAX_PORT;
    if (!isRange)
      throw new SettingsError(name, text, 'ports like 8000 or 8000-8010 with commas between them');
    return { first, last };
  });
}

function portsIn({ first, last }: PortRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

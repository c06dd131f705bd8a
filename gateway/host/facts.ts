/** What the operator is told at the start. */
import type { Authenticator } from '../auth/authenticator.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { Reasoning } from '../reasoning/reasoning.ts';

export interface GatewayFacts {
  /** Whether it takes a token: none, one that a person chose, or one that it made. */
  signIn: 'off' | 'chosen' | { token: string };
  cameras: number;
  isDemo: boolean;
  /** Whether a provider is configured. */
  canReason: boolean;
}

export interface FactSources {
  authenticator: Authenticator;
  directory: CameraDirectory;
  /** Whether simulated cameras run until others are there. */
  hasDemo: boolean;
  reasoning: Pick<Reasoning, 'report'>;
}

/** The facts now. */
export function factsOf({ authenticator, directory, hasDemo, reasoning }: FactSources): GatewayFacts {
  const { config, apiToken } = authenticator;
  const generated = config.apiToken === undefined ? { token: apiToken } : 'chosen';
  const cameras = directory.list().filter(({ origin }) => origin !== 'demo').length;
  return {
    signIn: config.isOn ? generated : 'off',
    cameras,
    isDemo: hasDemo && cameras === 0,
    canReason: reasoning.report().configured,
  };
}

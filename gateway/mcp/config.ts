/** Settings of `npm run mcp`. */
import { type Environment, readHttpUrl, readOptional } from '#shared/settings.ts';

/** Where the gateway is, and who the agent is there. */
export interface McpConfig {
  gatewayUrl: string;
  /** A token or a key; undefined on the gateway's own machine, where none is needed. */
  token: string | undefined;
}

const DEFAULT_URL = 'http://localhost:5000';

/** Reads the environment. @throws SettingsError */
export function loadMcpConfig(env: Environment): McpConfig {
  return {
    gatewayUrl: readHttpUrl(env, 'GATEWAY_URL') ?? DEFAULT_URL,
    token: readOptional(env, 'GATEWAY_TOKEN'),
  };
}

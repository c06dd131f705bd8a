/** `npm run mcp`: the tools of a running gateway for an agent that starts its servers by itself, over stdio. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { GatewayClient } from '#shared/client/client.ts';
import { messageOf } from '#shared/errors.ts';
import { productVersion } from '#shared/product-version.ts';
import { EXIT_BAD_SETTINGS, SettingsError } from '#shared/settings.ts';
import { loadMcpConfig } from './config.ts';
import { createMcpServer } from './mcp-server.ts';

const EXIT_UNAVAILABLE = 69;

try {
  const { gatewayUrl, token } = loadMcpConfig(process.env);
  const client = new GatewayClient({ baseUrl: gatewayUrl, ...(token === undefined ? {} : { token }) });
  const { role } = await client.access();
  if (role === null) throw new Error('The gateway wants a token or a key: set GATEWAY_TOKEN');
  const mayAct = role !== 'viewer';
  serveStdio(() => createMcpServer({ client, mayAct }, productVersion()));
} catch (error) {
  // Standard output belongs to the protocol.
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof SettingsError ? EXIT_BAD_SETTINGS : EXIT_UNAVAILABLE;
}

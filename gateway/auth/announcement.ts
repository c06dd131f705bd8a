/** Logs the access mode at startup. */
import type { Logger } from '#shared/logger.ts';
import type { Authenticator } from './authenticator.ts';

export interface AnnouncementOptions {
  authenticator: Authenticator;
  /** Port the gateway listens on. */
  port: number;
  /** `openRisks` and other warnings. */
  risks: readonly string[];
  log: Logger;
  /** Prints a line for the operator, outside the log; undefined without a terminal. */
  print?: ((line: string) => void) | undefined;
}

/**
 * Says how open the gateway is: in one line its mode, address and login, then each risk in a line
 * of its own; and prints the sign-in link when its token was not chosen by the person.
 */
export function announceAccess({ authenticator, port, risks, log, print }: AnnouncementOptions): void {
  const { config, apiToken } = authenticator;
  const mode = config.isPublic ? 'public' : 'local';
  const hosts = config.allowedHosts.filter((host) => !host.startsWith('*.'));
  const url = hosts.length > 0 ? `https://${hosts[0]}` : `http://localhost:${port}`;
  const viewerToken = config.viewerToken !== undefined;
  if (config.isOn) log.info({ mode, url, viewerToken }, 'requests from elsewhere need a token');
  else log.warn({ mode, url }, 'no client needs a token');
  for (const risk of risks) log.warn({ mode }, risk);
  if (config.isOn && config.apiToken === undefined) print?.(`Sign in: ${url}/signin#token=${apiToken}`);
}

/** What whoever starts the gateway is told about who may reach it. */
import type { Logger } from '#shared/logger.ts';
import type { Authenticator } from './authenticator.ts';

/** What an announcement is made of. */
export interface AnnouncementOptions {
  authenticator: Authenticator;
  /** Port the gateway listens on. */
  port: number;
  log: Logger;
  /** Shows a line to a person and to no log; undefined where nobody is. */
  print?: ((line: string) => void) | undefined;
}

/** Says how open the gateway is, and prints the sign-in link when its token was not chosen by the person. */
export function announceAccess({ authenticator, port, log, print }: AnnouncementOptions): void {
  const { config, apiToken } = authenticator;
  const mode = config.isPublic ? 'public' : 'local';
  if (!config.isOn) {
    log.warn({ mode }, 'AUTH=off: everyone who reaches this gateway may do everything');
    return;
  }
  log.info({ mode, viewerToken: config.viewerToken !== undefined }, 'requests from elsewhere need a token');
  if (config.apiToken !== undefined) return;
  const hosts = config.allowedHosts.filter((host) => !host.startsWith('*.'));
  const base = hosts.length > 0 ? `https://${hosts[0]}` : `http://localhost:${port}`;
  print?.(`Sign in: ${base}/signin#token=${apiToken}`);
}

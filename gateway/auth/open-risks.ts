/** Startup warnings for insecure settings. */
import { type AddressPolicy, isLoopback } from '#shared/address-policy.ts';
import type { AuthConfig } from '../config/auth.ts';

/** What is looked at. */
export interface RiskyConfig {
  auth: AuthConfig;
  addresses: AddressPolicy;
  store: { deliveries: { appPyUrl: string | undefined; webhookSecret: string | undefined } };
}

/** Sentences about what stands open, the worst first; none where all is closed. */
export function openRisks({ auth, addresses, store }: RiskyConfig): string[] {
  const { allowsLoopback, allowedNetworks, isPublic } = addresses;
  const { appPyUrl, webhookSecret } = store.deliveries;
  const risks: [boolean, string][] = [
    [!auth.isOn, 'AUTH=off: everyone who reaches this gateway may do everything'],
    [
      auth.proxy?.networks.some((network) => network.endsWith('/0')) === true,
      'AUTH_PROXY_CIDRS: every address is believed to be the proxy, so that a header alone signs in',
    ],
    [allowsLoopback, 'ALLOW_LOOPBACK_CAMERAS=on: cameras may be dialled on this machine itself'],
    [
      isPublic && allowedNetworks.length > 0,
      `CAMERA_ALLOW_CIDRS: cameras may be dialled in the networks ${allowedNetworks.join(', ')} of this host`,
    ],
    [
      isElsewhere(appPyUrl) && new URL(appPyUrl).protocol === 'http:',
      'APP_PY_URL is http:// and not on this machine: deliveries, with the passwords in RTSP addresses, can be read on the way',
    ],
    [
      isElsewhere(appPyUrl) && webhookSecret === undefined,
      'WEBHOOK_SECRET is not set: the analysis backend cannot tell our deliveries from forged ones',
    ],
  ];
  return risks.flatMap(([isOpen, sentence]) => (isOpen ? sentence : []));
}

/** Whether there is a backend on another machine. */
function isElsewhere(url: string | undefined): url is string {
  if (url === undefined) return false;
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  return host !== 'localhost' && !isLoopback(host);
}

/** Login by a trusted proxy, which names the person in a header. */
import type { IncomingMessage } from 'node:http';
import { inNetworks } from '#shared/address-policy.ts';
import { AppError } from '#shared/errors.ts';
import type { AuthProxyConfig } from '../config/auth-proxy.ts';
import type { Principal, Role } from './principal.ts';

/** From the most to the least. */
const ROLES: readonly Role[] = ['admin', 'operator', 'viewer'];
const MAX_NAME = 200;

/** Recognises people whom the proxy has signed in. */
export class ProxyLogin {
  readonly #config: AuthProxyConfig;
  readonly #isProxy: (address: string) => boolean;

  constructor(config: AuthProxyConfig) {
    this.#config = config;
    this.#isProxy = inNetworks(config.networks);
  }

  /** Whether the proxy passed a request on: such a request is never one of this machine itself. */
  isFrom({ socket }: IncomingMessage): boolean {
    return this.#isProxy(socket.remoteAddress ?? '');
  }

  /**
   * The person that the proxy names. Undefined where it names none, and from other addresses, whose
   * headers mean nothing.
   * @throws AppError `unauthorized` for a header that came twice: the client sent one of them
   */
  principalOf(request: IncomingMessage): Principal | undefined {
    if (!this.isFrom(request)) return undefined;
    const name = single(request, this.#config.header)?.trim().slice(0, MAX_NAME) ?? '';
    if (name === '') return undefined;
    return { role: this.#roleOf(request), kind: 'proxy', name };
  }

  #roleOf(request: IncomingMessage): Role {
    const { roleHeader, role } = this.#config;
    const text = roleHeader === undefined ? '' : (single(request, roleHeader) ?? '');
    const words = text.toLowerCase().split(/[\s,;|]+/);
    return ROLES.find((known) => words.includes(known)) ?? role;
  }
}

function single(request: IncomingMessage, header: string): string | undefined {
  const values = request.headersDistinct[header] ?? [];
  if (values.length > 1) throw new AppError('unauthorized', `The header ${header} came more than once`);
  return values[0];
}

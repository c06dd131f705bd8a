/** Who an RTSP client is: digest (RFC 7616) or Basic with a token or key, none needed on this machine. */
import { randomBytes } from 'node:crypto';
import { isLoopback } from '#shared/address-policy.ts';
import { AppError } from '#shared/errors.ts';
import { type AuthHeader, parseAuthHeader, responseOfAccount } from '#shared/media/rtsp/digest.ts';
import { isSameSecret } from '#shared/same-secret.ts';
import type { Door } from '../auth/door.ts';
import { REALM } from '../auth/keys/key.ts';
import { hostNameOf } from '../auth/local-request.ts';
import type { Principal } from '../auth/principal.ts';

/** VLC and many recorders know no other. */
const ALGORITHM = 'MD5';

export interface LoginOptions {
  door: Pick<Door, 'byPassword' | 'byDigest'>;
  /** AUTH=off. */
  isOpen: boolean;
  /** Whether clients on this machine need no login. */
  trustsLocal: boolean;
  /** Address of the client. */
  address: string;
}

/** What a request tells of its client. */
export interface LoginRequest {
  method: string;
  uri: string;
  authorization: string | undefined;
}

/** The login of one connection; its nonce is its own. */
export class ClientLogin {
  readonly #options: LoginOptions;
  readonly #nonce = randomBytes(16).toString('hex');

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** Value of `WWW-Authenticate`. No quality of protection: clients of live555 know none. */
  get challenge(): string {
    return `Digest realm="${REALM}", nonce="${this.#nonce}", algorithm=${ALGORITHM}`;
  }

  /** @returns undefined without credentials @throws AppError `unauthorized`, `too-many-requests`, `storage-unavailable` */
  principalOf(request: LoginRequest): Principal | undefined {
    const { isOpen, door } = this.#options;
    if (isOpen) return { role: 'admin', kind: 'open' };
    if (request.authorization === undefined)
      return this.#isLocal(request.uri) ? { role: 'admin', kind: 'local' } : undefined;
    const [scheme = '', encoded = ''] = request.authorization.split(/\s+/, 2);
    if (scheme.toLowerCase() === 'basic') return door.byPassword(passwordIn(encoded), this.#guesser);
    return this.#byDigest(request, parseAuthHeader(request.authorization));
  }

  #byDigest({ method }: LoginRequest, { scheme, parameters }: AuthHeader): Principal | undefined {
    // A nonce of another connection is no wrong guess.
    if (scheme !== 'digest' || parameters.get('nonce') !== this.#nonce) return undefined;
    const algorithm = parameters.get('algorithm')?.toUpperCase() ?? ALGORITHM;
    if (algorithm !== ALGORITHM) throw new AppError('unauthorized', `The digest must be ${ALGORITHM}`);
    const uri = parameters.get('uri') ?? '';
    const [qop, nc, cnonce] = ['qop', 'nc', 'cnonce'].map((name) => parameters.get(name));
    const response = parameters.get('response') ?? '';
    return this.#options.door.byDigest({
      username: parameters.get('username') ?? '',
      algorithm: ALGORITHM,
      matches: (account) => {
        const expected = responseOfAccount(account, { nonce: this.#nonce, method, uri, qop, nc, cnonce });
        return isSameSecret(response, expected);
      },
      address: this.#guesser,
    });
  }

  /** Whose wrong guesses are counted; undefined for this machine. */
  get #guesser(): string | undefined {
    const { trustsLocal, address } = this.#options;
    return trustsLocal && isLoopback(address) ? undefined : address;
  }

  /** As for HTTP: over loopback, to a loopback name. */
  #isLocal(uri: string): boolean {
    const { trustsLocal, address } = this.#options;
    const host = hostNameOf(/^rtsps?:\/\/([^/?#]+)/i.exec(uri)?.[1]);
    const isLocalName = host === 'localhost' || (host !== undefined && isLoopback(host));
    return trustsLocal && isLoopback(address) && isLocalName;
  }
}

function passwordIn(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}

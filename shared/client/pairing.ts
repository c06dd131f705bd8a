/** Pairing: an app trades the code of a QR code for a key of its own. */
import type { CreatedKey } from './api-types.ts';
import { CLIENT_CODES, GatewayError } from './gateway-error.ts';
import { type CallOptions, HttpClient } from './http-client.ts';
import type { FetchLike } from './platform.ts';

/** A gateway that this app may use from now on. Keep it where the platform keeps secrets. */
export interface PairedGateway {
  /** For {@link GatewayClient}. */
  baseUrl: string;
  /** The token of {@link GatewayClient}. */
  token: string;
  /** What the token allows. */
  key: Omit<CreatedKey, 'key'>;
}

export interface PairOptions extends CallOptions {
  /** Name of this device or app, which the gateway's operator sees in the list of keys. */
  name: string;
  /** Default: the platform's. */
  fetch?: FetchLike;
}

/** `https://gateway.example/signin#pair=7K2MX-09QRT` */
const PAIRING = /^(https?:\/\/[^#?]+?)\/signin#pair=([\w-]+)$/i;

/**
 * Trades the code in an address for a key, which works once and for a few minutes.
 * @param url what the QR code of the gateway holds
 * @throws GatewayError `pairing-not-found` for a code that was used or has expired, `unexpected-answer` for
 *   an address that is not of a pairing
 */
export async function pair(url: string, { name, fetch, ...call }: PairOptions): Promise<PairedGateway> {
  const [, baseUrl, code] = PAIRING.exec(url.trim()) ?? [];
  if (baseUrl === undefined)
    throw new GatewayError({
      code: CLIENT_CODES.unexpected,
      message: 'This is not the QR code of a gateway',
    });
  const http = new HttpClient({ baseUrl, fetch });
  const json = { code, name };
  const { key: token, ...key } = await http.json<CreatedKey>('/api/pairings/redeem', {
    ...{ ...call, method: 'POST', json },
  });
  return { baseUrl, token, key };
}

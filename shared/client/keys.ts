/** Keys of clients, for admins. */
import type { CreatedKey, Key, NewKey, NewPairing, Pairing } from './api-types.ts';
import type { CallOptions, HttpClient } from './http-client.ts';

/** Calls under `/api/keys` and `/api/pairings`; all throw {@link GatewayError}. */
export class Keys {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Oldest first. */
  list(call: CallOptions = {}): Promise<Key[]> {
    return this.#http.json('/api/keys', call);
  }

  /** Creates a key, whose text is in this answer only. */
  create(json: NewKey, call: CallOptions = {}): Promise<CreatedKey> {
    return this.#http.json('/api/keys', { ...call, method: 'POST', json });
  }

  /** Revokes a key; what it opened ends. */
  revoke(id: string, call: CallOptions = {}): Promise<void> {
    return this.#http.json(`/api/keys/${encodeURIComponent(id)}`, { ...call, method: 'DELETE' });
  }

  /** A code that an app trades for a key with these rights, by `pair`. */
  startPairing(json: NewPairing, call: CallOptions = {}): Promise<Pairing> {
    return this.#http.json('/api/pairings', { ...call, method: 'POST', json });
  }
}

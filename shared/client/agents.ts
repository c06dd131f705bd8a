/** Agents on other networks, for admins. */
import type { Agent, CreatedAgent, NewAgent } from './api-types.ts';
import type { CallOptions, HttpClient } from './http-client.ts';

/** Calls under `/api/agents`; all throw {@link GatewayError}. */
export class Agents {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** By name. */
  list(call: CallOptions = {}): Promise<Agent[]> {
    return this.#http.json('/api/agents', call);
  }

  /** Makes an agent, whose token is in this answer only. */
  create(json: NewAgent, call: CallOptions = {}): Promise<CreatedAgent> {
    return this.#http.json('/api/agents', { ...call, method: 'POST', json });
  }

  /** Removes an agent, which is cut off within a second. */
  remove(name: string, call: CallOptions = {}): Promise<void> {
    return this.#http.json(`/api/agents/${encodeURIComponent(name)}`, { ...call, method: 'DELETE' });
  }
}

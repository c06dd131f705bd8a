/** Calls under `/api/notifications`, which only this page makes. */

import type { Notification, NotificationTest } from '#shared/client/api-types.ts';
import type { CallOptions, HttpClient } from '#shared/client/http-client.ts';

const PATH = '/api/notifications';

/** All throw {@link GatewayError}. */
export class NotificationCalls {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  list(call: CallOptions = {}): Promise<Notification[]> {
    return this.#http.json(PATH, call);
  }

  /** @returns `secret`: of a webhook, this once */
  create(body: object): Promise<Notification & { secret?: string }> {
    return this.#http.json(PATH, { method: 'POST', json: body });
  }

  change(id: string, body: object): Promise<Notification> {
    return this.#http.json(pathOf(id), { method: 'PATCH', json: body });
  }

  remove(id: string): Promise<void> {
    return this.#http.json(pathOf(id), { method: 'DELETE' });
  }

  /** Makes one attempt. */
  test(id: string): Promise<NotificationTest> {
    return this.#http.json(`${pathOf(id)}/test`, { method: 'POST', timeoutMs: 30_000 });
  }

  /** The key that a browser subscribes with. */
  async pushKey(): Promise<string> {
    const { publicKey } = await this.#http.json<{ publicKey: string }>(`${PATH}/push-key`, {});
    return publicKey;
  }
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

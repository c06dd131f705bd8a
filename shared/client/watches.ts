/** Standing questions about cameras. */
import type { NewWatch, StandingWatch, WatchChanges, WatchTest } from './api-types.ts';
import type { CallOptions, HttpClient } from './http-client.ts';

export type {
  NewWatch,
  StandingWatch,
  WatchAnswer,
  WatchChanges,
  WatchCondition,
  WatchSkill,
} from './api-types.ts';

const PATH = '/api/watches';

/** Calls under `/api/watches`; all throw {@link GatewayError}. */
export class Watches {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  list(options: CallOptions & { cameraId?: string } = {}): Promise<StandingWatch[]> {
    const { cameraId, ...call } = options;
    return this.#http.json(PATH, { ...call, query: { cameraId } });
  }

  get(id: string, call: CallOptions = {}): Promise<StandingWatch> {
    return this.#http.json(pathOf(id), call);
  }

  create(watch: NewWatch, call: CallOptions = {}): Promise<StandingWatch> {
    return this.#http.json(PATH, { ...call, method: 'POST', json: watch });
  }

  /** Asks the question once; nothing is stored. */
  test(watch: NewWatch, call: CallOptions = {}): Promise<WatchTest> {
    return this.#http.json(`${PATH}/test`, { ...call, method: 'POST', json: watch });
  }

  update(id: string, changes: WatchChanges, call: CallOptions = {}): Promise<StandingWatch> {
    return this.#http.json(pathOf(id), { ...call, method: 'PATCH', json: changes });
  }

  delete(id: string, call: CallOptions = {}): Promise<void> {
    return this.#http.json(pathOf(id), { ...call, method: 'DELETE' });
  }
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

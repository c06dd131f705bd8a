/** Standing questions about cameras. */
import type { CallOptions, HttpClient } from './http-client.ts';

/** When an answer counts: text for `query` and `caption`, numbers for `detect` and `point`. */
export type WatchCondition =
  | { answer: 'yes' | 'no' }
  | { contains: string }
  | { atLeast: number }
  | { atMost: number };

export type WatchSkill = 'query' | 'caption' | 'detect' | 'point';

/** Changeable members of a watch. */
export interface WatchChanges {
  skill?: WatchSkill;
  /** Question or object; none for a caption. */
  prompt?: string;
  /** Milliseconds between two questions. */
  everyMs?: number;
  /** Ask during motion. */
  onMotion?: boolean;
  condition?: WatchCondition | 'yes' | 'no';
  /** It fires when `n` of the last `of` answers count. */
  n?: number;
  of?: number;
  /** Pause after it fired. */
  cooldownMs?: number;
  deliver?: boolean;
  enabled?: boolean;
}

/** A new watch; it needs `everyMs` or `onMotion`. */
export interface NewWatch extends WatchChanges {
  cameraId: string;
  skill: WatchSkill;
}

/** One answer that counts towards firing. */
export interface WatchAnswer {
  /** ISO 8601. */
  at: string;
  reading: 'yes' | 'no' | 'unknown';
  text: string;
  sequence: number;
  /** Capture time of the frame, Unix seconds. */
  timestamp: number;
}

/** A watch and its state; times are ISO 8601. */
export interface StandingWatch {
  id: string;
  cameraId: string;
  skill: WatchSkill;
  prompt: string;
  everyMs: number;
  onMotion: boolean;
  condition: WatchCondition;
  n: number;
  of: number;
  cooldownMs: number;
  deliver: boolean;
  enabled: boolean;
  state: 'paused' | 'asking' | 'failing' | 'cooling-down' | 'waiting-for-motion' | 'waiting';
  answers: WatchAnswer[];
  lastAnswer: WatchAnswer | null;
  lastError: { code: string; message: string; hint?: string; at: string } | null;
  asked: number;
  fired: number;
  lastAskedAt: string | null;
  lastFiredAt: string | null;
  lastEventId: string | null;
  nextAskAt: string | null;
  createdAt: string;
  updatedAt: string;
}

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

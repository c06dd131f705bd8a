/** Names of topics. A camera's id needs no escape: it holds neither `/`, `+` nor `#`. */
import { createHash } from 'node:crypto';

/** What is told of a camera, and what it takes. */
const CAMERA_TOPICS = [
  'availability',
  'state',
  'event',
  'detections',
  'answer',
  'snapshot',
  'set',
  'result',
] as const;
export type CameraTopic = (typeof CAMERA_TOPICS)[number];

/** Topics that the broker keeps. */
export const RETAINED_TOPICS = ['availability', 'state', 'answer', 'snapshot'] as const;

/** Topics below the prefixes of one gateway. */
export class Topics {
  readonly #prefix: string;
  readonly #discoveryPrefix: string | undefined;

  /** @param discoveryPrefix of Home Assistant; undefined: nothing is announced */
  constructor({ prefix, discoveryPrefix }: { prefix: string; discoveryPrefix: string | undefined }) {
    this.#prefix = prefix;
    this.#discoveryPrefix = discoveryPrefix;
  }

  /** Whether the gateway is there: `online` or `offline`. */
  get status(): string {
    return `${this.#prefix}/status`;
  }

  /** A name of this installation, of letters, digits, `_` and `-`. */
  get node(): string {
    return this.#prefix.replaceAll('/', '_');
  }

  /** @param cameraId an id, or `+` for a subscription to all */
  camera(cameraId: string, topic: CameraTopic): string {
    return `${this.#prefix}/cameras/${cameraId}/${topic}`;
  }

  /** Where Home Assistant is told of a camera. @returns undefined where it is told nothing */
  discovery(cameraId: string): string | undefined {
    if (this.#discoveryPrefix === undefined) return undefined;
    const object = cameraId === '+' ? '+' : objectIdOf(cameraId);
    return `${this.#discoveryPrefix}/device/${this.node}/${object}/config`;
  }

  /** What a message is about. @returns undefined for a topic of others */
  read(topic: string): { cameraId: string; topic: CameraTopic } | { objectId: string } | undefined {
    const own = /^(.*)\/cameras\/([^/]+)\/([a-z]+)$/.exec(topic);
    if (own?.[1] === this.#prefix && CAMERA_TOPICS.includes(own[3] as CameraTopic))
      return { cameraId: own[2] as string, topic: own[3] as CameraTopic };
    const head = `${this.#discoveryPrefix}/device/${this.node}/`;
    const tail = '/config';
    if (this.#discoveryPrefix === undefined || !topic.startsWith(head) || !topic.endsWith(tail))
      return undefined;
    return { objectId: topic.slice(head.length, -tail.length) };
  }
}

/** An id as Home Assistant takes it, which knows no dots; different for different cameras. */
export function objectIdOf(cameraId: string): string {
  if (!cameraId.includes('.')) return cameraId;
  const hash = createHash('sha256').update(cameraId).digest('hex').slice(0, 8);
  return `${cameraId.replaceAll('.', '_')}-${hash}`;
}

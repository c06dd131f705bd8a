/** Tells other gateways what analysis sees here, of the cameras for which they ask. */
import { z } from 'zod';
import type { DetectionsMessage, MotionLevelMessage } from '#shared/detections.ts';
import { parseJson } from '#shared/parse-json.ts';
import type { PeerSocket } from '../agents/peer-sockets.ts';

const camerasSchema = z.array(z.string());

/** Cameras of other gateways for which a gateway asks: its clients look at what is seen there. */
export const wantsSchema = z.object({
  /** What is seen, picture by picture. */
  boxes: camerasSchema,
  /** Persons are to be looked for in every picture. */
  persons: camerasSchema,
  /** The level of motion. */
  levels: camerasSchema,
});
export type Wants = z.infer<typeof wantsSchema>;

/** A gateway that reads slower than this misses messages: only the newest are of use. */
const MAX_UNSENT_BYTES = 64 * 1024;

type Kind = keyof Wants;

/** From the first socket to close. */
export class PeerResults {
  readonly #onChange: () => void;
  readonly #wants = new Map<PeerSocket, Readonly<Record<Kind, ReadonlySet<string>>>>();
  #isClosed = false;

  /** @param onChange called when what other gateways ask for has changed */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Takes the socket of another gateway. */
  take(socket: PeerSocket): void {
    socket.once('close', () => {
      if (this.#wants.delete(socket)) this.#onChange();
    });
    let before = '';
    socket.on('message', (data) => {
      const text = String(data);
      if (text === before || this.#isClosed) return;
      before = text;
      const wants = wantsSchema.safeParse(parseJson(text)).data;
      if (wants === undefined) return;
      const { boxes, persons, levels } = wants;
      this.#wants.set(socket, {
        boxes: new Set(boxes),
        persons: new Set(persons),
        levels: new Set(levels),
      });
      this.#onChange();
    });
  }

  /** Whether another gateway asks for a camera. */
  isWanted(kind: Kind, cameraId: string): boolean {
    return [...this.#wants.values()].some((wants) => wants[kind].has(cameraId));
  }

  /** Passes on what was seen here. */
  pass(message: DetectionsMessage | MotionLevelMessage): void {
    const kind = message.type === 'detections' ? 'boxes' : 'levels';
    let text: string | undefined;
    for (const [socket, wants] of this.#wants) {
      if (!wants[kind].has(message.cameraId) || socket.bufferedAmount > MAX_UNSENT_BYTES) continue;
      text ??= JSON.stringify(message);
      socket.send(text);
    }
  }

  /** Tells nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#wants.clear();
  }
}

/** Pictures of cameras that are not stored yet, for a few minutes. */
import { randomUUID } from 'node:crypto';

/** How long a picture is kept, milliseconds. */
export const KEEP_MS = 10 * 60_000;
/** Of 640 pixels each: a few megabytes. */
const MAX_PICTURES = 64;

/** In memory; the oldest make room. */
export class Previews {
  readonly #pictures = new Map<string, { jpeg: Buffer; timer: NodeJS.Timeout }>();

  /** Keeps a JPEG. @returns its id, which cannot be guessed */
  add(jpeg: Buffer): string {
    const id = randomUUID();
    const timer = setTimeout(() => this.#pictures.delete(id), KEEP_MS).unref();
    this.#pictures.set(id, { jpeg, timer });
    for (const oldest of this.#pictures.keys()) if (this.#pictures.size > MAX_PICTURES) this.#drop(oldest);
    return id;
  }

  get(id: string): Buffer | undefined {
    return this.#pictures.get(id)?.jpeg;
  }

  #drop(id: string): void {
    clearTimeout(this.#pictures.get(id)?.timer);
    this.#pictures.delete(id);
  }
}

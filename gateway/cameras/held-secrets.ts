/** Secrets of cameras, which the redactor knows while a camera is here. */
import { type CameraSource, secretsOf } from '#shared/camera-source.ts';
import type { Redactor } from '#shared/redact.ts';

/** Per holder, what lets the redactor forget its secrets. */
export class HeldSecrets {
  readonly #redactor: Redactor;
  readonly #held = new Map<string, () => void>();

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Replaces those of a holder. */
  learn(holder: string, source: CameraSource): void {
    const forgets = secretsOf(source).map((secret) => this.#redactor.add(secret));
    this.forget(holder);
    this.#held.set(holder, () => {
      for (const forget of forgets) forget();
    });
  }

  forget(holder: string): void {
    this.#held.get(holder)?.();
    this.#held.delete(holder);
  }
}

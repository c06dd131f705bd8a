/** Which provider answers a question. */
import type { ProviderName, ReasonKind } from '#shared/contract/reason.ts';
import { AppError } from '#shared/errors.ts';
import type { Provider } from './provider.ts';

/** What of a question decides it. */
interface Wish {
  kind: ReasonKind;
  frames?: number;
  provider?: ProviderName | undefined;
}

/** The providers in the order in which they are asked. */
export class ProviderChoice {
  readonly #providers: readonly Provider[];
  /** Asked first, where it can do what is asked. */
  preferred: ProviderName | undefined;

  constructor(providers: readonly Provider[]) {
    this.#providers = providers;
  }

  /** @throws AppError `reasoning-not-configured`, `*-not-configured`, `skill-unsupported` */
  providerFor({ kind, frames = 1, provider: wanted }: Wish): Provider {
    if (wanted !== undefined) return this.#wanted(wanted, frames);
    const configured = this.#providers.filter(({ client }) => client.isConfigured);
    if (configured.length === 0)
      throw new AppError('reasoning-not-configured', 'No provider of answers is set up yet');
    const able = configured.filter(({ skills }) => frames === 1 || skills.severalPictures);
    const first = able.toSorted((a, b) => this.#rank(b, kind) - this.#rank(a, kind))[0];
    if (first === undefined) throw severalPictures();
    return first;
  }

  #wanted(name: ProviderName, frames: number): Provider {
    const provider = this.#providers.find((one) => one.name === name) as Provider;
    provider.client.expectConfigured();
    if (frames > 1 && !provider.skills.severalPictures) throw severalPictures();
    return provider;
  }

  /** Detectors find better than language models, which talk better. */
  #rank({ name, skills }: Provider, kind: ReasonKind): number {
    if (name === this.preferred) return 2;
    const isPlace = kind === 'find' || kind === 'point' || kind === 'count';
    return (skills.detect === 'detected') === isPlace ? 1 : 0;
  }
}

function severalPictures(): AppError {
  return new AppError('skill-unsupported', 'Moondream takes one picture in a question', { field: 'frames' });
}

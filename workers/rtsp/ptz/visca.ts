/** Moves a camera by VISCA over TCP or UDP. */
import { AppError } from '#shared/errors.ts';
import type { Abilities, FocusAction, Position, Preset, PtzDriver, Velocity } from './ptz.ts';
import * as visca from './visca-commands.ts';
import type { ViscaLink } from './visca-link.ts';

const LAST_PRESET = 254;
/** PTZOptics keeps these for commands of its own. */
const RESERVED_PRESETS = { first: 90, last: 99 };

/** One camera; see {@link PtzDriver}. */
export class ViscaDriver implements PtzDriver {
  readonly abilities: Abilities = {
    kind: 'visca',
    position: true,
    absolute: true,
    relative: true,
    focus: true,
    home: true,
    namedPresets: false,
    degrees: visca.DEGREES,
  };
  readonly #link: Pick<ViscaLink, 'send' | 'ask' | 'close'>;
  #isZooming = false;

  constructor(link: Pick<ViscaLink, 'send' | 'ask' | 'close'>) {
    this.#link = link;
  }

  async move(velocity: Velocity): Promise<void> {
    await this.#link.send(visca.panTilt(velocity));
    if (velocity.zoom !== 0 || this.#isZooming) await this.#link.send(visca.zoom(velocity.zoom));
    this.#isZooming = velocity.zoom !== 0;
  }

  async stop(): Promise<void> {
    await this.#link.send(visca.panTilt({ pan: 0, tilt: 0 }));
    await this.#link.send(visca.zoom(0));
    this.#isZooming = false;
  }

  async home(): Promise<void> {
    await this.#link.send(visca.home());
  }

  async moveTo({ pan, tilt, zoom }: Partial<Position>): Promise<void> {
    if (pan !== undefined || tilt !== undefined) {
      const now = pan === undefined || tilt === undefined ? await this.#panTilt() : { pan, tilt };
      await this.#link.send(visca.panTiltTo({ pan: pan ?? now.pan, tilt: tilt ?? now.tilt }));
    }
    if (zoom !== undefined) await this.#link.send(visca.zoomTo(zoom));
  }

  async moveBy({ pan = 0, tilt = 0, zoom }: Partial<Position>): Promise<void> {
    if (pan !== 0 || tilt !== 0) await this.#link.send(visca.panTiltBy({ pan, tilt }));
    if (zoom !== undefined && zoom !== 0)
      await this.#link.send(visca.zoomTo(Math.min(1, Math.max(0, (await this.#zoom()) + zoom))));
  }

  async focus(action: FocusAction): Promise<void> {
    for (const message of visca.focus(action)) await this.#link.send(message);
  }

  async position(): Promise<Position> {
    return { ...(await this.#panTilt()), zoom: await this.#zoom() };
  }

  /** VISCA cannot tell which presets are stored. */
  presets(): Promise<Preset[]> {
    return Promise.resolve([]);
  }

  async goToPreset(id: string): Promise<void> {
    await this.#link.send(visca.memory('recall', presetNumber(id)));
  }

  async setPreset({ id }: Partial<Preset>): Promise<string> {
    if (id === undefined)
      throw new AppError('invalid-field', `preset: is required, a number from 0 to ${LAST_PRESET}`, {
        field: 'preset',
      });
    await this.#link.send(visca.memory('set', presetNumber(id)));
    return id;
  }

  async removePreset(id: string): Promise<void> {
    await this.#link.send(visca.memory('reset', presetNumber(id)));
  }

  close(): Promise<void> {
    this.#link.close();
    return Promise.resolve();
  }

  async #panTilt(): Promise<Pick<Position, 'pan' | 'tilt'>> {
    return understood(visca.readPanTilt(await this.#link.ask(visca.askPanTilt())));
  }

  async #zoom(): Promise<number> {
    return understood(visca.readZoom(await this.#link.ask(visca.askZoom())));
  }
}

/** A preset of cameras that number them. @throws AppError `invalid-field` */
export function presetNumber(id: string): number {
  const number = /^\d{1,3}$/.test(id) ? Number(id) : Number.NaN;
  const { first, last } = RESERVED_PRESETS;
  if (number <= LAST_PRESET && (number < first || number > last)) return number;
  throw new AppError(
    'invalid-field',
    `preset: must be a number from 0 to ${first - 1} or ${last + 1} to ${LAST_PRESET}`,
    {
      field: 'preset',
    },
  );
}

function understood<T>(value: T | undefined): T {
  if (value === undefined)
    throw new AppError('control-refused', 'The camera answered with what is no position');
  return value;
}

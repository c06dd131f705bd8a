/** Moves a camera by ONVIF's PTZ service (ONVIF PTZ Service Specification), in its generic spaces. */
import { AppError } from '#shared/errors.ts';
import type { OnvifDevice } from '../onvif/onvif-device.ts';
import type { Abilities, FocusAction, Position, Preset, PtzDriver, Velocity } from './ptz.ts';

/** The camera ends a move by itself after this, even when our process is killed. */
const MOVE_TIMEOUT_MS = 2000;
/** What a token and a name may hold: the library writes both into XML as they are. */
const TOKEN = /^[\w.:-]{1,64}$/;
const NAME = /^[\p{L}\p{N} _.,:()-]{1,64}$/u;

type Device = Pick<OnvifDevice, 'call' | 'profiles' | 'close'>;

/** One camera; see {@link PtzDriver}. */
export class OnvifDriver implements PtzDriver {
  readonly abilities: Abilities;
  readonly #device: Device;
  #profile: string | undefined;

  /** @param degrees at pan and tilt −1 and 1: the service does not tell them */
  constructor(device: Device, degrees?: Abilities['degrees']) {
    this.#device = device;
    this.abilities = {
      kind: 'onvif',
      position: true,
      absolute: true,
      relative: true,
      focus: false,
      home: true,
      namedPresets: true,
      ...(degrees && { degrees }),
    };
  }

  async move({ pan, tilt, zoom }: Velocity): Promise<void> {
    await this.#call('continuousMove', { x: pan, y: tilt, zoom, timeout: MOVE_TIMEOUT_MS });
  }

  async stop(): Promise<void> {
    await this.#call('stop', { panTilt: true, zoom: true });
  }

  async home(): Promise<void> {
    await this.#call('gotoHomePosition', {});
  }

  async moveTo(position: Partial<Position>): Promise<void> {
    const { pan, tilt, zoom } = position;
    const isPartial = pan === undefined || tilt === undefined || zoom === undefined;
    const now = isPartial ? await this.position() : { pan, tilt, zoom };
    await this.#call('absoluteMove', { x: pan ?? now.pan, y: tilt ?? now.tilt, zoom: zoom ?? now.zoom });
  }

  async moveBy({ pan = 0, tilt = 0, zoom = 0 }: Partial<Position>): Promise<void> {
    await this.#call('relativeMove', { x: pan, y: tilt, zoom });
  }

  focus(_action: FocusAction): Promise<void> {
    return Promise.reject(new AppError('control-unsupported', 'Focus over ONVIF is not supported'));
  }

  async position(): Promise<Position> {
    const { position } = (await this.#call('getStatus', {})) as {
      position?: { x?: unknown; y?: unknown; zoom?: unknown };
    };
    const [pan, tilt, zoom] = [position?.x, position?.y, position?.zoom].map(Number) as [
      number,
      number,
      number,
    ];
    if (![pan, tilt, zoom].every(Number.isFinite))
      throw new AppError('control-refused', 'The camera answered with what is no position');
    return { pan, tilt, zoom };
  }

  async presets(): Promise<Preset[]> {
    const found = Object.entries(((await this.#call('getPresets', {})) ?? {}) as Record<string, unknown>);
    return found.flatMap(([name, preset]) => {
      const id = String((preset as { $?: { token?: unknown } } | undefined)?.$?.token ?? '');
      return TOKEN.test(id) ? [{ id, name: name.slice(0, 64) }] : [];
    });
  }

  async goToPreset(id: string): Promise<void> {
    await this.#call('gotoPreset', { preset: tokenOf(id) });
  }

  async setPreset({ id, name }: Partial<Preset>): Promise<string> {
    if (name !== undefined && !NAME.test(name))
      throw new AppError('invalid-field', 'name: must be 1 to 64 letters, digits, spaces or -_.,:()', {
        field: 'name',
      });
    const options = { presetName: name ?? id ?? 'Preset', ...(id && { presetToken: tokenOf(id) }) };
    await this.#call('setPreset', options);
    const stored = (await this.presets()).find((preset) =>
      id === undefined ? preset.name === name : preset.id === id,
    );
    return stored?.id ?? id ?? '';
  }

  async removePreset(id: string): Promise<void> {
    await this.#call('removePreset', { presetToken: tokenOf(id) });
  }

  close(): Promise<void> {
    this.#device.close();
    return Promise.resolve();
  }

  async #call(
    method: Parameters<OnvifDevice['call']>[0],
    options: Record<string, unknown>,
  ): Promise<unknown> {
    this.#profile ??= await this.#movingProfile();
    return await this.#device.call(method, { ...options, profileToken: this.#profile });
  }

  /** Only profiles with a PTZ configuration can be moved. */
  async #movingProfile(): Promise<string> {
    const profile = (await this.#device.profiles()).find(({ hasPtz }) => hasPtz);
    if (profile === undefined)
      throw new AppError('control-unsupported', 'No ONVIF profile of the camera can be moved');
    return profile.token;
  }
}

function tokenOf(id: string): string {
  if (TOKEN.test(id)) return id;
  throw new AppError('invalid-field', 'preset: must be the id of a preset', { field: 'preset' });
}

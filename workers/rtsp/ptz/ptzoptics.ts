/**
 * Moves a camera by PTZOptics' HTTP-CGI commands ("PTZOptics HTTP-CGI Control"): bare words joined by `&`,
 * so that the query is built by hand. Positions are never requested.
 */
import { AppError } from '#shared/errors.ts';
import type { CameraHttp } from '../source/camera-http.ts';
import type { Abilities, FocusAction, Position, Preset, PtzDriver, Velocity } from './ptz.ts';
import { presetNumber } from './visca.ts';
import { DEGREES, SPEEDS, speed, toDistance, toSteps } from './visca-commands.ts';

const PATH = '/cgi-bin/ptzctrl.cgi?ptzcmd';

/** One camera; see {@link PtzDriver}. */
export class PtzopticsDriver implements PtzDriver {
  readonly abilities: Abilities = {
    kind: 'ptzoptics',
    position: false,
    absolute: true,
    relative: true,
    focus: true,
    home: true,
    namedPresets: false,
    degrees: DEGREES,
  };
  readonly #client: Pick<CameraHttp, 'get' | 'close'>;
  #isZooming = false;

  constructor(client: Pick<CameraHttp, 'get' | 'close'>) {
    this.#client = client;
  }

  async move({ pan, tilt, zoom }: Velocity): Promise<void> {
    const horizontal = pan === 0 ? '' : pan < 0 ? 'left' : 'right';
    const vertical = tilt === 0 ? '' : tilt > 0 ? 'up' : 'down';
    const direction = `${horizontal}${vertical}` || 'ptzstop';
    await this.#command(direction, speed(pan, SPEEDS.pan), speed(tilt, SPEEDS.tilt));
    if (zoom !== 0) await this.#command(zoom > 0 ? 'zoomin' : 'zoomout', speed(zoom, SPEEDS.zoom));
    else if (this.#isZooming) await this.#command('zoomstop');
    this.#isZooming = zoom !== 0;
  }

  async stop(): Promise<void> {
    await this.#command('ptzstop', 1, 1);
    await this.#command('zoomstop');
    this.#isZooming = false;
  }

  async home(): Promise<void> {
    await this.#command('home');
  }

  async moveTo({ pan, tilt, zoom }: Partial<Position>): Promise<void> {
    if (pan !== undefined || tilt !== undefined) {
      if (pan === undefined || tilt === undefined)
        throw new AppError('invalid-field', 'pan and tilt: this camera takes both or neither', {
          field: pan === undefined ? 'pan' : 'tilt',
        });
      await this.#command(
        'abs',
        SPEEDS.pan,
        SPEEDS.tilt,
        hex(toSteps('pan', pan)),
        hex(toSteps('tilt', tilt)),
      );
    }
    if (zoom !== undefined) await this.#command('zoomto', SPEEDS.zoom, hex(toSteps('zoom', zoom)));
  }

  async moveBy({ pan = 0, tilt = 0, zoom = 0 }: Partial<Position>): Promise<void> {
    if (zoom !== 0)
      throw new AppError('invalid-field', 'zoom: this camera moves its zoom only to a position', {
        field: 'zoom',
      });
    const steps = [hex(toDistance('pan', pan)), hex(toDistance('tilt', tilt))];
    await this.#command('rel', SPEEDS.pan, SPEEDS.tilt, ...steps);
  }

  async focus(action: FocusAction): Promise<void> {
    if (action === 'auto') await this.#client.get('/cgi-bin/param.cgi?ptzcmd&unlock_mfocus');
    else await this.#command({ near: 'focusin', far: 'focusout', stop: 'focusstop' }[action], SPEEDS.zoom);
  }

  position(): Promise<Position> {
    return Promise.reject(new AppError('control-unsupported', 'This camera does not tell its position'));
  }

  /** The camera cannot tell which presets are stored. */
  presets(): Promise<Preset[]> {
    return Promise.resolve([]);
  }

  async goToPreset(id: string): Promise<void> {
    await this.#command('poscall', presetNumber(id));
  }

  async setPreset({ id }: Partial<Preset>): Promise<string> {
    if (id === undefined)
      throw new AppError('invalid-field', 'preset: is required, a number', { field: 'preset' });
    await this.#command('posset', presetNumber(id));
    return id;
  }

  removePreset(): Promise<void> {
    return Promise.reject(
      new AppError('control-unsupported', 'This camera forgets no preset; store another in its place'),
    );
  }

  close(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }

  async #command(...words: (string | number)[]): Promise<void> {
    const body = await this.#client.get([PATH, ...words].join('&'));
    // Some models refuse in the body of a 200.
    if (/"?(?:error|result)"?\s*[:=]\s*"?(?:error|fail)/i.test(body))
      throw new AppError('control-refused', 'The camera refused the command');
  }
}

/** 16 bits in two's complement, as the camera reads positions. */
function hex(steps: number): string {
  return (steps & 0xffff).toString(16).padStart(4, '0');
}

/** How a camera's picture is set, in shares of what it allows (ONVIF Imaging Service Specification). */
import type { Imaging, ImagingChanges } from '#shared/contract/camera-device.ts';
import { AppError } from '#shared/errors.ts';
import type { OnvifDevice } from './onvif-device.ts';

type Level = 'brightness' | 'contrast' | 'saturation' | 'sharpness';
type Device = Pick<OnvifDevice, 'call'>;

/** As the library calls them. */
const LEVELS: Readonly<Record<Level, string>> = {
  brightness: 'brightness',
  contrast: 'contrast',
  saturation: 'colorSaturation',
  sharpness: 'sharpness',
};
const FILTERS = ['auto', 'on', 'off'] as const;

/** @throws AppError `control-…` */
export async function readImaging(device: Device): Promise<Imaging> {
  const { settings, ranges } = await read(device);
  const levels = Object.entries(LEVELS).map(([level, name]) => {
    const [value, range] = [settings[name], ranges[name]];
    return [level, typeof value === 'number' && range ? shareOf(value, range) : null];
  });
  return {
    ...(Object.fromEntries(levels) as Record<Level, number | null>),
    irCutFilter: FILTERS.find((mode) => mode === String(settings.irCutFilter).toLowerCase()) ?? null,
  };
}

/** Changes what is named, and nothing where the camera lacks one of them. @throws AppError `control-…` */
export async function changeImaging(device: Device, changes: ImagingChanges): Promise<Imaging> {
  const { settings, ranges } = await read(device);
  const values = Object.entries(changes).map(([name, value]) => {
    if (name === 'irCutFilter' && settings.irCutFilter !== undefined)
      return [name, String(value).toUpperCase()];
    const range = ranges[LEVELS[name as Level]];
    if (range === undefined || typeof value !== 'number')
      throw new AppError('control-unsupported', `The camera has no ${name} to set`, { field: name });
    // The library leaves out a number that is 0.
    return [LEVELS[name as Level], String(valueAt(value, range))];
  });
  await device.call('setImagingSettings', Object.fromEntries(values));
  return await readImaging(device);
}

interface Range {
  min: number;
  max: number;
}

async function read(device: Device) {
  const settings = recordOf(await device.call('getImagingSettings', {}));
  const told = recordOf(await device.call('getVideoSourceOptions', {}));
  const ranges = Object.values(LEVELS).flatMap((name) => {
    const { min, max } = recordOf(told[name]);
    const isRange = typeof min === 'number' && typeof max === 'number' && max > min;
    return isRange ? [[name, { min, max }] as const] : [];
  });
  return { settings, ranges: Object.fromEntries(ranges) as Record<string, Range | undefined> };
}

function shareOf(value: number, { min, max }: Range): number {
  const share = (value - min) / (max - min);
  return Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000;
}

/** Cameras count in whole steps where the range is one of many. */
function valueAt(share: number, { min, max }: Range): number {
  const value = min + share * (max - min);
  return max - min >= 10 ? Math.round(value) : value;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

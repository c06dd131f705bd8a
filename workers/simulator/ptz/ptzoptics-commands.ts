/** PTZOptics' HTTP-CGI commands ("PTZOptics HTTP-CGI Control"), as the simulated camera takes them. */
import { LIMITS, type Mount, type Pose } from './mount.ts';

const STEPS_PER_DEGREE = 14.4;
const ZOOM_STEPS = 0x4000;
const FULL = { pan: 24, tilt: 20, zoom: 7 };
const DIRECTIONS: Readonly<Record<string, readonly [pan: number, tilt: number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, 1],
  down: [0, -1],
  leftup: [-1, 1],
  rightup: [1, 1],
  leftdown: [-1, -1],
  rightdown: [1, -1],
};

/** Obeys the words of a query, `ptzcmd` first. @returns false for a command that the camera does not know */
export function obeyPtzoptics(mount: Mount, query: string): boolean {
  const [kind, name = '', ...values] = query.split('&');
  if (kind !== 'ptzcmd') return false;
  const direction = DIRECTIONS[name];
  if (direction !== undefined) {
    const [pan, tilt] = direction;
    mount.drive({
      pan: (pan * decimal(values[0])) / FULL.pan,
      tilt: (tilt * decimal(values[1])) / FULL.tilt,
    });
    return true;
  }
  const command = COMMANDS[name];
  command?.(mount, values);
  return command !== undefined;
}

type Command = (mount: Mount, values: readonly string[]) => void;

const COMMANDS: Readonly<Record<string, Command>> = {
  ptzstop: (mount) => mount.stop(['pan', 'tilt']),
  home: (mount) => mount.home(),
  zoomin: (mount, [speed]) => mount.drive({ zoom: decimal(speed) / FULL.zoom }),
  zoomout: (mount, [speed]) => mount.drive({ zoom: -decimal(speed) / FULL.zoom }),
  zoomstop: (mount) => mount.stop(['zoom']),
  zoomto: (mount, [, steps]) => mount.travelTo({ zoom: signed(steps) / ZOOM_STEPS }),
  abs: (mount, [, , pan, tilt]) => mount.travelTo(toDegrees(pan, tilt)),
  rel: (mount, [, , pan, tilt]) => mount.travelBy(toDegrees(pan, tilt)),
  posset: (mount, [preset = '']) => void mount.presets.set(preset, { ...mount.pose, name: preset }),
  poscall: (mount, [preset = '']) => {
    const { name: _, ...pose } = mount.presets.get(preset) ?? { ...mount.pose, name: '' };
    mount.travelTo(pose);
  },
  focusin: () => {},
  focusout: () => {},
  focusstop: () => {},
};

function toDegrees(pan: string | undefined, tilt: string | undefined): Pick<Pose, 'pan' | 'tilt'> {
  return { pan: signed(pan) / STEPS_PER_DEGREE, tilt: signed(tilt) / STEPS_PER_DEGREE };
}

function decimal(text = '0'): number {
  return Math.min(Math.max(Number.parseInt(text, 10) || 0, 0), LIMITS.pan.max);
}

/** 16 bits in two's complement, in hexadecimal digits. */
function signed(text = '0'): number {
  return ((Number.parseInt(text, 16) || 0) << 16) >> 16;
}

/** From a point in the picture to the way a camera has to turn. */

/** A point in shares of width and height from the upper left. */
export interface PicturePoint {
  x: number;
  y: number;
}

/** Of most cameras. */
export const USUAL_ASPECT = 16 / 9;

/** What is known of the view in which a point was seen. */
export interface AimView {
  /** Horizontal, degrees. */
  fieldOfView: number;
  /** Width of the picture by its height. */
  aspect: number;
  /** Elevation of the middle of the picture, degrees; 0 where it is not known. */
  tilt: number;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;

/**
 * Degrees to the right and up that bring a point into the middle, for a pinhole camera: a direction in the
 * picture, turned by the tilt, less the direction of the middle.
 */
export function wayTo(
  { x, y }: PicturePoint,
  { fieldOfView, aspect, tilt }: AimView,
): { pan: number; tilt: number } {
  const half = Math.tan(radians(fieldOfView / 2));
  const across = (x - 0.5) * 2 * half;
  const up = ((0.5 - y) * 2 * half) / aspect;
  const [sin, cos] = [Math.sin(radians(tilt)), Math.cos(radians(tilt))];
  const forward = cos - up * sin;
  const elevation = Math.atan2(sin + up * cos, Math.hypot(across, forward));
  return { pan: degrees(Math.atan2(across, forward)), tilt: degrees(elevation) - tilt };
}

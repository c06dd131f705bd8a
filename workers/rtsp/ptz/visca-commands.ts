/**
 * VISCA messages (Sony, "VISCA Command List"; PTZOptics, "VISCA over IP Commands"). Speeds and positions
 * are those of cameras with 24 pan speeds, 20 tilt speeds and a zoom of 0x4000 steps.
 */
import type { FocusAction, Position, Velocity } from './ptz.ts';

/** Steps from the middle to each end: 14.4 a degree, ±170° of pan and −30° to 90° of tilt. */
export const RANGE = {
  pan: { min: -2448, max: 2448 },
  tilt: { min: -432, max: 1296 },
  zoom: { min: 0, max: 0x4000 },
};
/** The same ends in degrees. */
export const DEGREES: { pan: [number, number]; tilt: [number, number] } = {
  pan: [-170, 170],
  tilt: [-30, 90],
};

export const SPEEDS = { pan: 24, tilt: 20, zoom: 7 };

const FIRST_ADDRESS = 0x81;
const END = 0xff;
const STILL = 3;
const TRAVEL_SPEED = { pan: 0x18, tilt: 0x14 };

/** What a camera answers. */
export type ViscaReply =
  | { kind: 'ack'; socket: number }
  | { kind: 'completion'; socket: number; data: Buffer }
  | { kind: 'error'; code: number };

/** Moves pan and tilt until it is told otherwise. */
export function panTilt({ pan, tilt }: Pick<Velocity, 'pan' | 'tilt'>): Buffer {
  const horizontal = pan === 0 ? STILL : pan < 0 ? 1 : 2;
  const vertical = tilt === 0 ? STILL : tilt > 0 ? 1 : 2;
  return command(6, 1, speed(pan, SPEEDS.pan), speed(tilt, SPEEDS.tilt), horizontal, vertical);
}

/** Zooms until it is told otherwise. */
export function zoom(velocity: number): Buffer {
  if (velocity === 0) return command(4, 7, 0);
  const step = Math.round(Math.min(1, Math.abs(velocity)) * SPEEDS.zoom);
  return command(4, 7, (velocity > 0 ? 0x20 : 0x30) | step);
}

/** Moves to the home position. */
export const home = (): Buffer => command(6, 4);

/** Moves pan and tilt to a position. */
export function panTiltTo({ pan, tilt }: Pick<Position, 'pan' | 'tilt'>): Buffer {
  const steps = [...nibbles(toSteps('pan', pan)), ...nibbles(toSteps('tilt', tilt))];
  return command(6, 2, TRAVEL_SPEED.pan, TRAVEL_SPEED.tilt, ...steps);
}

/** Moves pan and tilt by a part of their range. */
export function panTiltBy({ pan, tilt }: Pick<Position, 'pan' | 'tilt'>): Buffer {
  const steps = [...nibbles(toDistance('pan', pan)), ...nibbles(toDistance('tilt', tilt))];
  return command(6, 3, TRAVEL_SPEED.pan, TRAVEL_SPEED.tilt, ...steps);
}

/** Zooms to a position of 0..1. */
export const zoomTo = (position: number): Buffer => command(4, 0x47, ...nibbles(toSteps('zoom', position)));

/** Focuses nearer or farther until it is told otherwise, stops, or hands focus to the camera. */
export function focus(action: FocusAction): Buffer[] {
  if (action === 'auto') return [command(4, 0x38, 2)];
  if (action === 'stop') return [command(4, 8, 0)];
  // A camera in automatic focus refuses to be moved.
  return [command(4, 0x38, 3), command(4, 8, action === 'far' ? 2 : 3)];
}

/** Stores, recalls or forgets a preset of 0..254. */
export function memory(action: 'reset' | 'set' | 'recall', preset: number): Buffer {
  return command(4, 0x3f, { reset: 0, set: 1, recall: 2 }[action], preset);
}

/** Asks where pan and tilt stand. */
export const askPanTilt = (): Buffer => Buffer.from([FIRST_ADDRESS, 9, 6, 0x12, END]);

/** Asks where the zoom stands. */
export const askZoom = (): Buffer => Buffer.from([FIRST_ADDRESS, 9, 4, 0x47, END]);

/** Reads the answer to {@link askPanTilt}. @returns undefined where it is not one */
export function readPanTilt(data: Buffer): Pick<Position, 'pan' | 'tilt'> | undefined {
  if (data.length !== 8) return undefined;
  return {
    pan: fromSteps('pan', (fromNibbles(data.subarray(0, 4)) << 16) >> 16),
    tilt: fromSteps('tilt', (fromNibbles(data.subarray(4)) << 16) >> 16),
  };
}

/** Reads the answer to {@link askZoom}. @returns undefined where it is not one */
export function readZoom(data: Buffer): number | undefined {
  return data.length === 4 ? fromSteps('zoom', fromNibbles(data)) : undefined;
}

/** Reads one message of a camera, its end byte included. @returns undefined for what is no answer */
export function readReply(message: Buffer): ViscaReply | undefined {
  if (message.length < 3 || message[0] !== 0x90) return undefined;
  const code = message[1] as number;
  const socket = code & 0xf;
  if (code >> 4 === 4) return { kind: 'ack', socket };
  if (code >> 4 === 5) return { kind: 'completion', socket, data: message.subarray(2, -1) };
  return code >> 4 === 6 ? { kind: 'error', code: message[2] as number } : undefined;
}

/** −1..1 (zoom: 0..1) as steps of the camera. */
export function toSteps(axis: keyof typeof RANGE, value: number): number {
  const { min, max } = RANGE[axis];
  const share = axis === 'zoom' ? value : (value + 1) / 2;
  return Math.round(min + Math.min(1, Math.max(0, share)) * (max - min));
}

/** Steps of the camera as −1..1 (zoom: 0..1). */
export function fromSteps(axis: keyof typeof RANGE, steps: number): number {
  const { min, max } = RANGE[axis];
  const share = Math.min(1, Math.max(0, (steps - min) / (max - min)));
  return axis === 'zoom' ? share : share * 2 - 1;
}

/** A part of a range as steps. */
export function toDistance(axis: 'pan' | 'tilt', value: number): number {
  const { min, max } = RANGE[axis];
  return Math.round((Math.min(2, Math.max(-2, value)) / 2) * (max - min));
}

function command(...bytes: number[]): Buffer {
  return Buffer.from([FIRST_ADDRESS, 1, ...bytes, END]);
}

/** The camera's step of a speed of −1..1. At least 1: a speed of 0 is no speed to most cameras. */
export function speed(velocity: number, fastest: number): number {
  return Math.max(1, Math.round(Math.min(1, Math.abs(velocity)) * fastest));
}

function nibbles(value: number): number[] {
  const bits = value & 0xffff;
  return [12, 8, 4, 0].map((shift) => (bits >> shift) & 0xf);
}

function fromNibbles(bytes: Buffer): number {
  return bytes.reduce((value, byte) => (value << 4) | (byte & 0xf), 0);
}

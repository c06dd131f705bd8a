/** What moves a camera: one interface for ONVIF, PTZOptics and VISCA. */

/** Speeds: −1 is full speed left, down or wide; 1 is full speed right, up or tele; 0 stands still. */
export interface Velocity {
  pan: number;
  tilt: number;
  zoom: number;
}

/** Where a camera looks: pan and tilt −1..1 over the camera's range, zoom 0 (wide) to 1 (tele). */
export interface Position {
  pan: number;
  tilt: number;
  zoom: number;
}

/** `near` and `far` move until `stop`; `auto` hands the focus back to the camera. */
export type FocusAction = 'near' | 'far' | 'stop' | 'auto';

/** One preset that the camera keeps. */
export interface Preset {
  id: string;
  name: string;
}

/** What a camera can do, for `GET …/ptz`. */
export interface Abilities {
  kind: 'onvif' | 'ptzoptics' | 'visca';
  position: boolean;
  absolute: boolean;
  relative: boolean;
  focus: boolean;
  home: boolean;
  /** Whether the camera names its presets; others are numbered from 0. */
  namedPresets: boolean;
  /** Degrees at pan and tilt −1 and 1, where they are known. */
  degrees?: { pan: readonly number[]; tilt: readonly number[] };
}

/** One camera's control. Calls of one driver never overlap; each rejects with an AppError. */
export interface PtzDriver {
  readonly abilities: Abilities;
  /** Moves until {@link stop}. */
  move(velocity: Velocity): Promise<void>;
  stop(): Promise<void>;
  home(): Promise<void>;
  /** Moves to a position; axes that are left out keep theirs. */
  moveTo(position: Partial<Position>): Promise<void>;
  /** Moves by a part of the range. */
  moveBy(distance: Partial<Position>): Promise<void>;
  focus(action: FocusAction): Promise<void>;
  position(): Promise<Position>;
  presets(): Promise<Preset[]>;
  goToPreset(id: string): Promise<void>;
  /** Stores where the camera looks. @returns its id; a new one where none is given */
  setPreset(preset: Partial<Preset>): Promise<string>;
  removePreset(id: string): Promise<void>;
  /** Ends connections; moves nothing. */
  close(): Promise<void>;
}

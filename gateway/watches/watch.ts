/** A watch: a question that is repeated to a camera and fires when the answers fulfil a condition. */
import type { Area, ProviderName } from '#shared/contract/reason.ts';
import type { WATCH_SKILLS, WatchAction } from '#shared/contract/watch.ts';
import type { WatchRow } from '../store/database.ts';

export type WatchSkill = (typeof WATCH_SKILLS)[number];

/** When an answer fulfils a watch. */
export type Condition =
  /** Free text that says so. */
  | { answer: 'yes' | 'no' }
  /** Text with these words in it, upper or lower case. */
  | { contains: string }
  /** Objects or points found, or the number that a question is answered with. */
  | { atLeast: number }
  | { atMost: number }
  /** Another number than the time before. */
  | { changed: true };

/** Whether an answer fulfils the condition; `unknown` for an unclear answer. */
export type Reading = 'yes' | 'no' | 'unknown';

/** The stored part of an answer. */
export interface WatchAnswer {
  /** When it arrived, Unix milliseconds. */
  at: number;
  reading: Reading;
  /** What was answered, shortened. */
  text: string;
  /** What the condition was compared with; absent in answers of earlier versions. */
  number?: number | null;
  /** Sequence number of the frame and when it was taken, Unix seconds. */
  sequence: number;
  timestamp: number;
  /** No longer counts: the watch fired, or other motion began. Kept for display. */
  isSpent?: true;
}

/** What a client decides about a watch. */
export interface WatchSettings {
  cameraId: string;
  skill: WatchSkill;
  prompt: string;
  /** Milliseconds between two questions. */
  everyMs: number;
  onMotion: boolean;
  condition: Condition;
  /** It fires when `n` of the last `of` answers fulfil the condition. */
  n: number;
  of: number;
  cooldownMs: number;
  deliver: boolean;
  /** The part of the picture that is looked at. */
  area: Area | null;
  /** Name of a zone of the camera, in place of an area. */
  zone: string | null;
  /** Null: the preferred one. */
  provider: ProviderName | null;
  actions: WatchAction[];
  enabled: boolean;
}

/** The stored part of a failure. */
export interface WatchError {
  code: string;
  message: string;
  hint?: string;
  /** Unix milliseconds. */
  at: number;
}

/** `next_ask_at` of a watch that waits for motion: beyond any date, and exact in a double. */
export const UPON_MOTION = 8_640_000_000_000_000;

/** The settings within a row. */
export function settingsOf(row: WatchRow): WatchSettings {
  return {
    cameraId: row.camera_id,
    skill: row.skill as WatchSkill,
    prompt: row.prompt,
    everyMs: row.every_ms,
    onMotion: row.on_motion === 1,
    condition: JSON.parse(row.condition) as Condition,
    n: row.needed,
    of: row.out_of,
    cooldownMs: row.cooldown_ms,
    deliver: row.deliver === 1,
    area: row.area === null ? null : (JSON.parse(row.area) as Area),
    zone: row.zone,
    provider: row.provider as ProviderName | null,
    actions: JSON.parse(row.actions) as WatchAction[],
    enabled: row.enabled === 1,
  };
}

/** The answers that count, oldest first. */
export function answersOf(row: Pick<WatchRow, 'answers'>): WatchAnswer[] {
  return keptAnswersOf(row).filter(({ isSpent }) => isSpent !== true);
}

/** The answers that count, or the last that did. */
export function keptAnswersOf({ answers }: Pick<WatchRow, 'answers'>): WatchAnswer[] {
  return JSON.parse(answers) as WatchAnswer[];
}

/** The last readings, oldest first, whether they count or not. */
export function readingsOf({ readings }: Pick<WatchRow, 'readings'>): WatchAnswer[] {
  return JSON.parse(readings) as WatchAnswer[];
}

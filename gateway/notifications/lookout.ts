/** Notices who is away for long: cameras, workers, agents, space on the disk; and who comes back. */

import type { NoticeKind } from '#shared/contract/notification.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '../jobs/periodic-job.ts';
import { tellsOf } from './matching.ts';
import type { Happening, Rule } from './notification.ts';

/** One that may be away. */
export interface Presence {
  kind: keyof typeof KINDS;
  id: string;
  name: string;
  isHere: boolean;
  /** Why it is away. */
  reason?: string | undefined;
}

export interface LookoutOptions {
  /** Who may be away, and whether they are now. */
  look: () => Promise<readonly Presence[]>;
  rules: () => readonly Rule[];
  /** Whether this gateway tells of cameras, which all gateways on a database see; each tells of its own workers. */
  isOurTurn: () => Promise<boolean>;
  /** Stores a notice. */
  tell: (rule: Rule, happening: Happening) => Promise<void>;
  log: Logger;
  /** Pause between two looks, milliseconds. */
  everyMs?: number | undefined;
  /** Unix milliseconds. */
  now: () => number;
}

const KINDS = {
  camera: ['camera-offline', 'camera-online'],
  worker: ['worker-lost', 'worker-back'],
  agent: ['agent-lost', 'agent-back'],
  disk: ['disk-low', 'disk-free'],
} as const satisfies Record<string, readonly [NoticeKind, NoticeKind]>;
const ALL: readonly string[] = Object.values(KINDS).flat();
const EVERY_MS = 5000;

/** Since when one is away, Unix milliseconds, and to which notifications that counts already. */
interface Absence {
  since: number;
  counts: Set<string>;
}

/** Runs from start to close; looks only while a notification wants it. */
export class Lookout {
  readonly #options: LookoutOptions;
  readonly #job: PeriodicJob;
  readonly #absences = new Map<string, Absence>();
  #isOurTurn = true;

  constructor(options: LookoutOptions) {
    const { log, everyMs = EVERY_MS } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: () => this.#run(),
      onError: (error) => log.debug({ reason: messageOf(error) }, 'could not look who is away'),
      everyMs,
    });
  }

  start(): void {
    this.#job.start();
  }

  close(): Promise<void> {
    return this.#job.close();
  }

  async #run(): Promise<void> {
    const rules = this.#options
      .rules()
      .filter(({ kinds }) => kinds === null || kinds.some((kind) => ALL.includes(kind)));
    if (rules.length === 0) return this.#absences.clear();
    this.#isOurTurn = await this.#options.isOurTurn();
    const found = await this.#options.look();
    const keys = new Set(found.map(keyOf));
    for (const key of this.#absences.keys()) if (!keys.has(key)) this.#absences.delete(key);
    for (const presence of found) await this.#compare(presence, rules);
  }

  async #compare(presence: Presence, rules: readonly Rule[]): Promise<void> {
    const now = this.#options.now();
    const key = keyOf(presence);
    const absence = this.#absences.get(key);
    if (!presence.isHere && absence === undefined) this.#absences.set(key, { since: now, counts: new Set() });
    if (absence === undefined) return;
    const [gone, back] = KINDS[presence.kind];
    for (const rule of rules) {
      const isCounted = absence.counts.has(rule.id);
      if (presence.isHere && isCounted) {
        await this.#tell(rule, happeningOf(presence, back, now));
        absence.counts.delete(rule.id);
      }
      // The clock may be set back meanwhile: then it counts later.
      const isLong = now - absence.since >= rule.afterSeconds * 1000;
      if (presence.isHere || isCounted || !isLong) continue;
      await this.#tell(rule, happeningOf(presence, gone, now));
      absence.counts.add(rule.id);
    }
    if (presence.isHere) this.#absences.delete(key);
  }

  async #tell(rule: Rule, happening: Happening): Promise<void> {
    // A gateway whose turn it is not remembers what the other one told.
    if (happening.cameraId !== null && !this.#isOurTurn) return;
    if (tellsOf(rule, happening)) await this.#options.tell(rule, happening);
  }
}

function keyOf({ kind, id }: Presence): string {
  return `${kind}/${id}`;
}

function happeningOf(
  { kind, id, name, isHere, reason }: Presence,
  notice: NoticeKind,
  at: number,
): Happening {
  const isCamera = kind === 'camera';
  const detail = isHere ? '' : (reason ?? '');
  return {
    kind: notice,
    cameraId: isCamera ? id : null,
    camera: isCamera ? name : null,
    label: isCamera ? detail : [name, detail].filter((text) => text !== '').join(', '),
    score: null,
    zones: [],
    answer: null,
    at,
    eventId: null,
  };
}

/** Notices who is away for long: cameras, workers, agents, space on the disk; and who comes back. */

import type { NoticeKind } from '#shared/contract/notification.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Transaction } from '../store/database.ts';
import type { AbsenceRepository, StoredAbsence } from './absence-repository.ts';
import { tellsOf } from './matching.ts';
import type { Happening, Rule } from './notification.ts';

/** One that may be away. */
export interface Presence {
  kind: keyof typeof KINDS;
  /** The same at every gateway that sees it, and at no other. */
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
  absences: Pick<AbsenceRepository, 'list' | 'begin' | 'forget' | 'drop' | 'count' | 'end'>;
  /** Stores a notice. */
  tell: (trx: Transaction, rule: Rule, happening: Happening) => Promise<void>;
  /** Notices were stored. */
  onTold: () => void;
  log: Logger;
  /** Pause between two looks, milliseconds. */
  everyMs?: number | undefined;
  /** Whether other gateways look too: what one of them sees is not away. */
  isShared: boolean;
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

/** How many looks the others get to say that they see one. */
const LOOKS_OF_OTHERS = 3;
/** Of what is no more, absences are kept this long. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

/**
 * Runs from start to close; looks only while a notification wants it. Absences are stored: a gateway that sees one
 * ends it, those that see none leave it, and each notification is told by the first that stores its notice.
 */
export class Lookout {
  readonly #options: LookoutOptions;
  readonly #everyMs: number;
  readonly #job: PeriodicJob;
  /** Since when this gateway sees one no more, Unix milliseconds. */
  readonly #unseen = new Map<string, number>();
  /** Of the look before. */
  #known = new Set<string>();

  constructor(options: LookoutOptions) {
    const { log, everyMs = EVERY_MS } = options;
    this.#options = options;
    this.#everyMs = everyMs;
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
    if (rules.length === 0) return this.#unseen.clear();
    const { look, absences, now } = this.#options;
    const found = await look();
    await this.#dropUnknown(new Set(found.map(keyOf)));
    const stored = await absences.list();
    const [here, away] = [found.filter(({ isHere }) => isHere), found.filter(({ isHere }) => !isHere)];
    for (const one of here) this.#unseen.delete(keyOf(one));
    for (const one of away) if (!this.#unseen.has(keyOf(one))) this.#unseen.set(keyOf(one), now());
    const isUntold = (one: Presence): boolean => stored.get(keyOf(one))?.told.length === 0;
    await absences.forget(here.filter(isUntold).map(keyOf));
    await absences.begin(
      away.map(keyOf).filter((key) => !stored.has(key)),
      now(),
    );
    for (const one of here) if (stored.has(keyOf(one)) && !isUntold(one)) await this.#end(one, rules);
    for (const one of away) await this.#count(one, rules, stored.get(keyOf(one)));
  }

  /** A camera that was removed is not away. */
  async #dropUnknown(keys: Set<string>): Promise<void> {
    const gone = [...this.#known].filter((key) => !keys.has(key));
    const isFirst = this.#known.size === 0;
    this.#known = keys;
    for (const key of gone) this.#unseen.delete(key);
    if (isFirst || gone.length > 0) await this.#options.absences.drop(gone, this.#options.now() - KEPT_MS);
  }

  async #end(one: Presence, rules: readonly Rule[]): Promise<void> {
    const { absences, now } = this.#options;
    const happening = happeningOf(one, KINDS[one.kind][1], now());
    await absences.end(keyOf(one), (trx, counted) =>
      this.#tell(
        trx,
        rules.filter(({ id }) => counted.includes(id)),
        happening,
      ),
    );
    this.#options.onTold();
  }

  async #count(one: Presence, rules: readonly Rule[], stored: StoredAbsence | undefined): Promise<void> {
    const { absences, now } = this.#options;
    const due = rules.filter((rule) => !stored?.told.includes(rule.id) && this.#isLong(one, rule, stored));
    if (due.length === 0) return;
    const happening = happeningOf(one, KINDS[one.kind][0], now());
    const ids = due.map(({ id }) => id);
    await absences.count(keyOf(one), ids, (trx, fresh) =>
      this.#tell(
        trx,
        due.filter(({ id }) => fresh.includes(id)),
        happening,
      ),
    );
    this.#options.onTold();
  }

  /** The clock may be set back meanwhile: then it counts later. */
  #isLong(one: Presence, { afterSeconds }: Rule, stored: StoredAbsence | undefined): boolean {
    const { isShared, now } = this.#options;
    const least = isShared ? LOOKS_OF_OTHERS * this.#everyMs : 0;
    const since = Math.max(this.#unseen.get(keyOf(one)) ?? now(), stored?.since ?? now());
    return now() - since >= Math.max(afterSeconds * 1000, least);
  }

  async #tell(trx: Transaction, rules: readonly Rule[], happening: Happening): Promise<void> {
    for (const rule of rules) if (tellsOf(rule, happening)) await this.#options.tell(trx, rule, happening);
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

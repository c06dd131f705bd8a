/** The checklist that a client sees grow while its camera is looked for. */
import type { ProbeStep } from '#shared/contract/probe.ts';
import { AppError, messageOf } from '#shared/errors.ts';

type StepName = ProbeStep['step'];

const STEPS: readonly StepName[] = ['reachable', 'rtsp', 'password', 'streams'];

/** Tells each step once and in order; a step that passed takes those before it along. */
export class Checklist {
  readonly #tell: (step: ProbeStep) => void;
  #done = 0;

  constructor(tell: (step: ProbeStep) => void) {
    this.#tell = tell;
  }

  pass(name: StepName): void {
    for (; this.#done <= STEPS.indexOf(name); this.#done += 1)
      this.#tell({ step: STEPS[this.#done] as StepName, ok: true });
  }

  /** Fails the first step that has not passed, or the one of the password where the error speaks of it. */
  fail(error: unknown): void {
    const { code, message, hint } =
      error instanceof AppError ? error : new AppError('internal-error', messageOf(error));
    if (['camera-unauthorized', 'camera-unknown-digest'].includes(code)) this.pass('rtsp');
    const step = STEPS[this.#done];
    if (step === undefined) return;
    this.#done = STEPS.length;
    this.#tell({ step, ok: false, code, detail: message, ...(hint === undefined ? {} : { hint }) });
  }
}

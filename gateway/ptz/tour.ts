/** Visits presets in turn and asks about each. */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError, messageOf } from '#shared/errors.ts';
import type { PtzLink } from './ptz-link.ts';
import type { TaskReport } from './ptz-tasks.ts';

/** An answer with the picture that was asked about. */
export interface TourAnswer {
  text: string;
  frameUrl: string | null;
}

/** Asks a provider about the newest picture of a camera. @throws AppError */
export type AskAbout = (cameraId: string, question: string, signal: AbortSignal) => Promise<TourAnswer>;

export interface TourOptions {
  cameraId: string;
  presets: readonly string[];
  question: string | undefined;
  dwellSeconds: number;
  link: Pick<PtzLink, 'goTo'>;
  ask: AskAbout;
  report: TaskReport;
  signal: AbortSignal;
}

/** Visits all presets; a preset or a question that fails is told in its place and does not end the tour. */
export async function visit(options: TourOptions): Promise<void> {
  const { cameraId, presets, question, dwellSeconds, link, ask, report, signal } = options;
  for (const preset of presets) {
    report.phase(`preset ${preset}`);
    const stop = {
      preset,
      answer: null as string | null,
      error: null as string | null,
      frameUrl: null as string | null,
    };
    try {
      await link.goTo(preset, signal);
      await pause(dwellSeconds * 1000, undefined, { signal });
      if (question !== undefined) {
        const { text, frameUrl } = await ask(cameraId, question, signal);
        Object.assign(stop, { answer: text, frameUrl });
      }
    } catch (error) {
      signal.throwIfAborted();
      stop.error = error instanceof AppError ? error.message : messageOf(error);
    }
    report.stop({ ...stop, at: new Date().toISOString() });
  }
}

/** Asks a watch's question about its camera once. */
import { AppError } from '#shared/errors.ts';
import type { CameraFrame } from '../models/frame-source.ts';
import type { CameraQuestions } from '../moondream/camera-questions.ts';
import { type ReadAnswer, readAnswer } from './reading.ts';
import type { WatchSettings } from './watch.ts';

/** The answer, and the picture that it is about. */
export interface AskedWatch extends ReadAnswer {
  frame: CameraFrame;
}

/** Asks one question of a watch. */
export interface WatchAsker {
  /** @param onSpend called immediately before a request is sent @throws AppError of the camera or of Moondream */
  ask(watch: WatchSettings, options: { signal: AbortSignal; onSpend: () => void }): Promise<AskedWatch>;
}

/** An asker over live cameras. */
export function createWatchAsker(questions: Pick<CameraQuestions, 'ask'>): WatchAsker {
  return {
    ask: async (watch, { signal, onSpend }) => {
      const { cameraId, skill, condition } = watch;
      const fields = fieldsOf(watch);
      const { answer, frame } = await questions.ask({ cameraId, skill, fields, signal, spend: onSpend });
      // No stream was requested.
      if (answer.kind === 'stream')
        throw new AppError('moondream-failed', 'Moondream answered with a stream');
      return { ...readAnswer(skill, condition, answer.body), frame };
    },
  };
}

function fieldsOf({ skill, prompt }: WatchSettings): Record<string, unknown> {
  if (skill === 'caption') return {};
  return skill === 'query' ? { question: prompt } : { object: prompt };
}

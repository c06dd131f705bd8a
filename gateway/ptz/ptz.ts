/** Acting cameras as a whole: what moves them, what finds objects for them, and who is asked on a tour. */
import type { Logger } from '#shared/logger.ts';
import type { PersonDetection } from '../analysis/analysis.ts';
import type { Reasoning } from '../reasoning/reasoning.ts';
import type { Store } from '../store/store.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { PtzActs } from './ptz-acts.ts';

export interface PtzOptions {
  routing: Pick<CameraRouting, 'resolve' | 'expectKnown' | 'refusalOf'>;
  persons: PersonDetection;
  reasoning: Pick<Reasoning, 'reasoner' | 'desk'>;
  store: Store;
  log: Logger;
}

/** Puts it together; nothing runs before a camera is told to act. */
export function createPtzActs({ routing, persons, reasoning, store, log }: PtzOptions): PtzActs {
  const { reasoner, desk } = reasoning;
  return new PtzActs({
    ...{ routing, persons, store, log },
    find: async (cameraId, object, signal) => {
      const { objects, pictures } = await reasoner.find(cameraId, object, { signal });
      const frame = pictures.at(-1)?.frame;
      const aspect = frame === undefined ? undefined : frame.width / frame.height;
      return { takenAt: (frame?.timestamp ?? 0) * 1000, objects, aspect };
    },
    ask: async (cameraId, question, signal) => {
      const body = { cameraIds: [cameraId], question, frames: 1, over: 0 };
      const [given] = await desk.ask('ask', body, { cameras: undefined, signal });
      if (given === undefined || !('answer' in given)) return { text: '', frameUrl: null };
      return { text: given.answer, frameUrl: given.frame.url };
    },
  });
}

/** Labels of a camera: which workers may run it. */
import { z } from 'zod';
import { LABEL_PART, MAX_LABELS } from '../worker-labels.ts';

const partSchema = z
  .string()
  .regex(LABEL_PART, 'must be 1 to 63 letters, digits, `.`, `_`, `/` or `-`, the first a letter or a digit');

/** As a client gives them. */
export const labelsSchema = z
  .record(partSchema, partSchema)
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `must be at most ${MAX_LABELS} labels`)
  .meta({
    description: 'Only a worker that carries all of them (`WORKER_LABELS`) runs the camera; `{}`: any.',
    examples: [{ site: 'berlin' }],
  });

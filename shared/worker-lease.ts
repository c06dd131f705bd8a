/**
 * The lease of a worker whose keeper may change: the worker runs cameras only while a gateway renews it. Time is
 * counted on the worker's own monotonic clock from its last answer, so that a renewal that was under way while a
 * process was frozen is worth nothing.
 */
import { z } from 'zod';
import { livezSchema } from './worker-protocol.ts';

/** Path of the renewal on a worker, `PUT`. */
export const LEASE_PATH = '/internal/lease';
/** Header with the term of the keeper that gives an order; a worker refuses orders of an earlier term. */
export const TERM_HEADER = 'x-worker-term';
/** How long a lease lasts without renewal, milliseconds. */
export const LEASE_MS = 6000;
/** Pause between two renewals, milliseconds. */
export const RENEW_MS = 1000;

/** Body of a renewal. */
export const leaseOrderSchema = z.object({
  /** Grows with each change of the keeper. */
  term: z.int().min(0),
  /** `clock` of the worker's last answer; null before there was one. */
  since: z.number().nullable(),
  /** The lease lasts for this long after `since`, milliseconds. */
  ttlMs: z.number().min(0).max(60_000),
});
export type LeaseOrder = z.infer<typeof leaseOrderSchema>;

/** Answer of a renewal: the worker, and its lease. */
export const leaseAnswerSchema = livezSchema.extend({
  name: z.string().min(1).max(128),
  /** How much it can run, beside other workers. */
  capacity: z.number().positive(),
  labels: z.record(z.string(), z.string()),
  /** Its monotonic clock, milliseconds. */
  clock: z.number(),
  isHeld: z.boolean(),
  /** It ends when others have its cameras. */
  isEnding: z.boolean().optional(),
  /** How often it gave its cameras up since it started. */
  lapses: z.int(),
  /** Cameras that its last process was working on when it broke. */
  suspects: z.array(z.string()),
});
export type LeaseAnswer = z.infer<typeof leaseAnswerSchema>;

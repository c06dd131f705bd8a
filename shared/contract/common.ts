/** Schemas that answers of several subjects share. */
import { z } from 'zod';

/** A role as `GET /api/auth` tells it. */
export const roleSchema = z.enum(['viewer', 'operator', 'admin']);

/** An ISO 8601 time, UTC. */
export const timeSchema = z.iso.datetime();

/** Done, with nothing else to tell. */
export const successSchema = z.object({ success: z.literal(true) }).meta({ id: 'Success' });

/** Where a page of a list goes on. */
export const nextCursorSchema = z
  .string()
  .nullable()
  .meta({ description: 'The `cursor` of the next page; null on the last one.' });

/** An id as part of a path. */
export function idInPath(description: string, example: string): z.ZodType<string> {
  return z
    .string()
    .max(128)
    .meta({ description, examples: [example] });
}

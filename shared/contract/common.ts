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

/** Number of an entry of a list, as a client gives it back. */
export const listCursorSchema = z
  .string()
  .regex(/^\d{1,16}$/, 'is not a cursor of this list')
  .transform(Number);

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

/** Query fields of a list that comes in pages, newest first. @param what its entries are called */
export function pageFields(what: string) {
  return {
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(MAX_PAGE)
      .default(DEFAULT_PAGE)
      .meta({ description: `Most ${what} in the answer.` }),
    cursor: listCursorSchema.optional().meta({ description: '`nextCursor` of the page before.' }),
  };
}

/** An id as part of a path. */
export function idInPath(description: string, example: string): z.ZodType<string> {
  return z
    .string()
    .max(128)
    .meta({ description, examples: [example] });
}

/** Commands to cameras, checked as the bodies of the routes that do the same. */
import { z } from 'zod';
import { parseStrictly } from '#shared/camera.ts';
import {
  ptzAbsoluteSchema,
  ptzFocusSchema,
  ptzMoveSchema,
  ptzRelativeSchema,
  ptzZoomSchema,
} from '#shared/contract/ptz.ts';
import { REASON_SCHEMAS } from '#shared/contract/reason.ts';
import { AppError } from '#shared/errors.ts';

const ptzSchema = z
  .strictObject({
    move: ptzMoveSchema,
    zoom: ptzZoomSchema,
    absolute: ptzAbsoluteSchema,
    relative: ptzRelativeSchema,
    focus: ptzFocusSchema,
    stop: z.literal(true),
    home: z.literal(true),
    preset: z.union([z.string().min(1).max(64), z.int().nonnegative().transform(String)]),
  })
  .partial()
  .refine(isOne, 'must name one movement');

const commandSchema = z
  .strictObject({
    enabled: z.boolean().optional(),
    snapshot: z.literal(true).optional(),
    ptz: ptzSchema.optional(),
    ask: REASON_SCHEMAS.ask.omit({ cameraIds: true, stream: true }).optional(),
    /** Repeated in the result. */
    id: z.union([z.string().max(64), z.number()]).optional(),
  })
  .refine(({ id: _id, ...acts }) => isOne(acts), 'must name one of enabled, snapshot, ptz and ask');

/** A command to a camera. */
export type Command = z.infer<typeof commandSchema>;
export type PtzCommand = NonNullable<Command['ptz']>;

const MAX_BYTES = 64 * 1024;

/** The `id` of a command, also of one that is wrong. */
export function idOf(value: unknown): Command['id'] {
  const { id } = (value ?? {}) as { id?: unknown };
  return typeof id === 'number' || (typeof id === 'string' && id.length <= 64) ? id : undefined;
}

/** @throws AppError `invalid-json` */
export function readJson(payload: Buffer): unknown {
  if (payload.length > MAX_BYTES)
    throw new AppError('invalid-json', `A command has at most ${MAX_BYTES} bytes`);
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw new AppError('invalid-json', 'A command is JSON, such as {"enabled": true}');
  }
}

/** @throws AppError `invalid-field`, `unknown-field` */
export function parseCommand(value: unknown): Command {
  return parseStrictly(commandSchema as z.ZodType<Command>, value);
}

function isOne(values: object): boolean {
  return Object.values(values).filter((value) => value !== undefined).length === 1;
}

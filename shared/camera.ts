/** Camera ids and addresses, as clients send them and as workers use them. */
import { z } from 'zod';
import { AppError } from './errors.ts';
import { fieldWords } from './field-words.ts';

/** Words that are routes under `/api/cameras` and so cannot be camera ids. */
const RESERVED_CAMERA_IDS = [
  'connect',
  'disconnect',
  'status',
  'websocket-url',
  'export',
  'import',
  'test',
  'probe',
  'discover',
];

/** A camera id: 1 to 64 letters, digits, `.`, `_`, `-`, not starting with a dot. */
export const cameraIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
  .refine((id) => !RESERVED_CAMERA_IDS.includes(id), 'is a reserved word')
  .refine((id) => !['__proto__', 'constructor', 'prototype'].includes(id), 'is a reserved word');

const namedSchema = z.object({ cameraId: cameraIdSchema });

/**
 * Validates a camera id from a path or a body.
 * @throws AppError `invalid-field`, naming `cameraId`
 */
export function parseCameraId(cameraId: unknown): string {
  return parseFields(namedSchema, { cameraId }).cameraId;
}

const NO_FIELD = 'there is no such field';

/**
 * Parses with a schema and throws an AppError that names the first invalid field.
 * @throws AppError `invalid-field`
 */
export function parseFields<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = issue?.path.map(String) ?? [];
  if (unknownKey !== undefined) {
    const message = `${[...path, unknownKey].join('.')}: ${NO_FIELD}`;
    throw new AppError('invalid-field', message, { field: unknownKey });
  }
  const field = path.join('.') || 'body';
  throw new AppError('invalid-field', `${field}: ${fieldWords(issue?.message)}`, { field });
}

/**
 * Refuses fields that a schema does not name and ignores everything else that is wrong: for bodies that
 * pass to another server, which judges them itself.
 * @throws AppError `unknown-field`
 */
export function parseKnownFields(schema: z.ZodType, value: unknown): void {
  const issues = schema.safeParse(value).error?.issues ?? [];
  for (const issue of issues) if (issue.code === 'unrecognized_keys') throw unknownField(issue.keys[0]);
}

/**
 * Parses like {@link parseFields}; a field that the schema does not name has a code of its own.
 * @throws AppError `invalid-field`, `unknown-field`
 */
export function parseStrictly<T>(schema: z.ZodType<T>, value: unknown): T {
  parseKnownFields(schema, value);
  return parseFields(schema, value);
}

function unknownField(field: string | undefined): AppError {
  return new AppError('unknown-field', `${field}: ${NO_FIELD}`, { field });
}

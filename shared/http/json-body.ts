/** Reads JSON bodies. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { AppError } from '../errors.ts';

/** Characters of a path that an error shows. */
const SHOWN = 200;

/** Not Express' own type, which would take the names of parameters from routes. */
type Middleware = (
  req: IncomingMessage & { body?: unknown },
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Reads a JSON body into `req.body`.
 * @param limit of its size, in bytes or as in `64kb`
 * @throws AppError `invalid-field` for text with a surrogate that lacks its other half: UTF-8, URLs and
 *   databases cannot hold it (RFC 8259, section 8.2)
 */
export function readJsonBody(limit: string | number): Middleware {
  const parse = express.json({ limit });
  return (req, res, next) => {
    parse(req, res, (error?: unknown) => {
      const field = error === undefined ? malformedField(req.body) : undefined;
      if (field === undefined) next(error);
      else next(halfCharacter(field));
    });
  };
}

/** @param where the path of a field, or words for what has none */
function halfCharacter(where: string): AppError {
  const message = `${where} holds half a character (a lone surrogate)`;
  return new AppError('invalid-field', message, /\s/.test(where) ? {} : { field: where });
}

/** Path of the first key or text that is not well-formed Unicode. Bodies may be deep, so it does not recurse. */
function malformedField(body: unknown): string | undefined {
  const open: { path: string; value: unknown }[] = [{ path: '', value: body }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { path, value } = item;
    if (typeof value === 'string' && !value.isWellFormed()) return path.slice(0, SHOWN) || 'The body';
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, member] of Object.entries(value)) {
      if (!key.isWellFormed()) return `A name in ${path.slice(0, SHOWN) || 'the body'}`;
      open.push({ path: path === '' ? key : `${path}.${key}`, value: member });
    }
  }
  return undefined;
}

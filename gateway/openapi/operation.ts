/** How one operation of the API is described before it becomes a part of the OpenAPI document. */
import type { z } from 'zod';
import type { ErrorCode } from '#shared/errors.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options';

/** What a query, a header or a body means, member by member; dots lead inwards: `analysis.motion`. */
export type Meanings = Record<string, string>;

/** The query of an operation, by the schema that validates it. */
export interface Query {
  schema: z.ZodObject;
  meanings: Meanings;
  /** Parameters that an example sends, all at once. */
  example?: Record<string, string | number | boolean>;
}

/** A body that an operation takes. */
export interface Body {
  type: string;
  schema: z.ZodType;
  meanings?: Meanings;
  /** By what they show; each is run as a test. */
  examples?: Record<string, unknown>;
}

/** What is answered with one status. */
export interface Answer {
  description: string;
  /** Media type; absent: no body. */
  type?: string;
  /** Of JSON bodies. */
  schema?: z.ZodType;
  /** Headers worth knowing, with their meaning. */
  headers?: Record<string, string>;
}

/** Messages of a WebSocket. */
export interface SocketMessages {
  /** What a client may send. */
  client: z.ZodType;
  /** What its members mean. */
  meanings?: Meanings;
  /** What it is sent. */
  server: z.ZodType;
  /** JSON text that a client can send; each is run as a test. */
  examples?: Record<string, unknown>;
}

/** One method of one path. Path parameters are looked up by name in `path-parameters.ts`. */
export interface Operation {
  id: string;
  method: Method;
  path: string;
  summary: string;
  description?: string;
  query?: Query;
  /** Request headers, with their meaning. */
  headers?: Record<string, string>;
  bodies?: Body[];
  answers: Record<number, Answer>;
  /** Codes it can fail with, beside those that any operation can. */
  errors?: readonly ErrorCode[];
  socket?: SocketMessages;
}

/** Operations about one thing. */
export interface Subject {
  name: string;
  description: string;
  operations: readonly Operation[];
}

/** A JSON answer. */
export function json(description: string, schema: z.ZodType, headers?: Record<string, string>): Answer {
  return { description, type: 'application/json', schema, ...(headers === undefined ? {} : { headers }) };
}

/** A JSON body. */
export function jsonBody(
  schema: z.ZodType,
  meanings: Meanings = {},
  examples: Record<string, unknown> = {},
): Body[] {
  return [{ type: 'application/json', schema, meanings, examples }];
}

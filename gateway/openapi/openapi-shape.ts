/** The used part of an OpenAPI document. */
import type { JsonSchema } from './json-schema.ts';

/** The document. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: object };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, JsonSchema>; [more: string]: unknown };
  [more: string]: unknown;
}

export interface DescribedParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  schema: JsonSchema;
  example?: unknown;
}

export interface DescribedContent {
  schema?: JsonSchema;
  examples?: Record<string, { value: unknown }>;
}

export interface DescribedOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters: DescribedParameter[];
  requestBody?: { required: boolean; content: Record<string, DescribedContent> };
  responses: Record<string, DescribedAnswer>;
  security: Record<string, string[]>[];
  /** Access: `anyone`, `viewer` or `admin`. */
  'x-role': string;
  /** Messages of a WebSocket, for which OpenAPI has no terms. */
  'x-websocket'?: { client: DescribedContent; server: DescribedContent };
}

export interface DescribedAnswer {
  description: string;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  content?: Record<string, DescribedContent>;
}

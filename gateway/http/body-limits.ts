/** Size limits of request bodies. Video uploads have limits of their own. */
import express, { type Application, type Request, type RequestHandler } from 'express';

/** Largest body by content, bytes. */
export interface BodyLimits {
  /** Default, also for SDP. */
  json: number;
  /** Moondream questions with their picture. */
  image: number;
  /** Imports of cameras. */
  import: number;
}

/** `small`: a few short fields, before a login. */
export type BodyLimit = keyof BodyLimits | 'small';

const KIB = 1024;
const MIB = 1024 * KIB;
/** Defaults. */
export const DEFAULT_BODY_LIMITS: Readonly<BodyLimits> = {
  json: 128 * KIB,
  image: 8 * MIB,
  import: 16 * MIB,
};

const SMALL = 4 * KIB;

const SETTING = 'body limits';

/** Sets the limits of an application; its routes read them there. */
export function setBodyLimits(app: Application, limits: BodyLimits): void {
  app.set(SETTING, limits);
}

/** The limits of a request. */
function bodyLimitsOf(req: Pick<Request, 'app'>): BodyLimits {
  return (req.app.get(SETTING) as BodyLimits | undefined) ?? DEFAULT_BODY_LIMITS;
}

/** Reads a JSON body; refuses one over its limit with 413. */
export function jsonBody(kind: BodyLimit = 'json'): RequestHandler {
  return limited((limits) => express.json({ limit: kind === 'small' ? SMALL : limits[kind] }));
}

/** Reads a body of any type as text. */
export function textBody(): RequestHandler {
  return limited(({ json }) => express.text({ type: () => true, limit: json }));
}

/** The limits belong to the application, which a route knows only at its first request. */
function limited(parserOf: (limits: BodyLimits) => RequestHandler): RequestHandler {
  let parser: RequestHandler | undefined;
  return (req, res, next) => {
    parser ??= parserOf(bodyLimitsOf(req));
    parser(req, res, next);
  };
}

/** How large the bodies of requests may be. Uploaded videos have limits of their own. */
import express, { type Application, type Request, type RequestHandler } from 'express';

/** Most bytes of a body, by what it carries. */
export interface BodyLimits {
  /** Everything that has no entry of its own; SDP too. */
  json: number;
  /** Questions to Moondream with their picture. */
  image: number;
  /** Cameras imported at once. */
  import: number;
}

/** `small`: a few short fields, before a login. */
export type BodyLimit = keyof BodyLimits | 'small';

const KIB = 1024;
const MIB = 1024 * KIB;
/** For an application that was told nothing else. */
export const DEFAULT_BODY_LIMITS: Readonly<BodyLimits> = {
  json: 128 * KIB,
  image: 8 * MIB,
  import: 16 * MIB,
};

const SMALL = 4 * KIB;

const SETTING = 'body limits';

/** Tells an application its limits; those of its routes read them from there. */
export function setBodyLimits(app: Application, limits: BodyLimits): void {
  app.set(SETTING, limits);
}

/** The limits in force for a request. */
function bodyLimitsOf(req: Pick<Request, 'app'>): BodyLimits {
  return (req.app.get(SETTING) as BodyLimits | undefined) ?? DEFAULT_BODY_LIMITS;
}

/** Reads a JSON body; a larger one than its kind may be is refused with 413. */
export function jsonBody(kind: BodyLimit = 'json'): RequestHandler {
  return limited((limits) => express.json({ limit: kind === 'small' ? SMALL : limits[kind] }));
}

/** Reads a body as text, whatever its type says. */
export function textBody(): RequestHandler {
  return limited(({ json }) => express.text({ type: () => true, limit: json }));
}

/** The limits are those of the application, which a route does not know before its first request. */
function limited(parserOf: (limits: BodyLimits) => RequestHandler): RequestHandler {
  let parser: RequestHandler | undefined;
  return (req, res, next) => {
    parser ??= parserOf(bodyLimitsOf(req));
    parser(req, res, next);
  };
}

/** Readers of request bodies, within the limits of the application. */
import express, { type Application, type Request, type RequestHandler } from 'express';
import { readJsonBody } from '#shared/http/json-body.ts';
import { type BodyLimit, type BodyLimits, DEFAULT_BODY_LIMITS, SMALL } from './body-limits.ts';

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
  return limited((limits) => readJsonBody(kind === 'small' ? SMALL : limits[kind]));
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

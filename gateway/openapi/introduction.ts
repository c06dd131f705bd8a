/** Description of what all operations share. */
import type { ErrorCode } from '#shared/errors.ts';

/** Error codes of every operation. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'unauthorized',
  'forbidden',
  'forged-request',
  'wrong-host',
  'too-many-requests',
  'too-many-connections',
  'invalid-json',
  'invalid-field',
  'body-too-large',
  'draining',
  'storage-unavailable',
  'storage-full',
  'internal-error',
];

export const INTRODUCTION = `One base URL for all cameras: their registry, live frames and video, analysis, and questions to Moondream.

Times named \`timestamp\`, and \`lastFrameTime\` and \`nextRetryAt\`, are Unix seconds; other times are ISO 8601. Ids are strings. Members may be added to any answer, none is renamed or removed.

Requests from the machine that the gateway runs on need no login. From elsewhere send the token as \`Authorization: Bearer\`, or sign in with it and keep the cookie. A viewer's token may look at everything and change nothing; a key (\`POST /api/keys\`) has a scope and may be limited to some cameras. Tokens and keys are taken as the password of HTTP Basic too. What cannot send a header takes a ticket.

Every failure is answered as \`application/problem+json\` with a stable \`code\`. Where waiting helps, \`Retry-After\` says how many seconds.

Addresses of cameras may hold passwords; no answer ever does, but for an export that asks for them with the secret key.

The description is [openapi.json](openapi.json). A dashboard of the metrics for Grafana is [docs/grafana-dashboard.json](docs/grafana-dashboard.json).`;

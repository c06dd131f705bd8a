/** `subUrl` and `stillUrl` of a camera, as clients write them. */
import { z } from 'zod';
import { type AddressedSource, type FurtherSources, maskedUrl, sourceFromUrl } from './camera-source.ts';
import type { HttpSource } from './contract/source/http.ts';
import { AppError } from './errors.ts';

const MAX_URL = 2048;
const NO_CREDENTIALS = 'Without credentials it has those of the main stream, on the same host.';

/** The fields in requests; `null` removes what is stored. */
export const furtherUrlFields = {
  subUrl: z
    .string()
    .max(MAX_URL)
    .nullable()
    .optional()
    .meta({ description: `A smaller stream, for small pictures and analysis. ${NO_CREDENTIALS}` }),
  stillUrl: z
    .string()
    .max(MAX_URL)
    .nullable()
    .optional()
    .meta({ description: `\`http://\` or \`https://\` address of one picture. ${NO_CREDENTIALS}` }),
};

/** The fields in a request. */
export interface FurtherUrls {
  subUrl?: string | null | undefined;
  stillUrl?: string | null | undefined;
}

/**
 * What a camera has beside its main stream after a request. What the request does not name stays, and
 * so does an address that comes back as it was shown.
 * @throws AppError `invalid-field` naming `subUrl` or `stillUrl`
 */
export function furtherSources(
  { subUrl, stillUrl }: FurtherUrls,
  before: FurtherSources = {},
): FurtherSources {
  const sub = sourceAfter('subUrl', subUrl, before.sub);
  const still = sourceAfter('stillUrl', stillUrl, before.still);
  if (still !== undefined && still.kind !== 'http')
    throw new AppError('invalid-field', 'stillUrl must be an http:// or https:// URL', { field: 'stillUrl' });
  return { ...(sub && { sub }), ...(still && { still: still satisfies HttpSource }) };
}

function sourceAfter(
  field: keyof FurtherUrls,
  url: string | null | undefined,
  before: AddressedSource | undefined,
): AddressedSource | undefined {
  if (url === null) return undefined;
  if (url === undefined || (before !== undefined && url === maskedUrl(before))) return before;
  const source = read(field, url);
  if (source.password !== '***') return source;
  throw new AppError('invalid-field', `${field} holds a masked password; write the password itself`, {
    field,
  });
}

function read(field: keyof FurtherUrls, url: string): AddressedSource {
  try {
    return sourceFromUrl(url);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message.replace(/^url\b/, field), { field, cause: error });
  }
}

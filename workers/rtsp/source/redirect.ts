/** A camera that sends its viewers to another address (RFC 2326 section 11.3). */
import { type AddressedSource, sourceFromUrl } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';

/** Following a redirect to anywhere would let a camera point us at any host of this network. */
export class RedirectError extends AppError {
  // Private: a log would show an enumerable field, and a path may hold secrets.
  readonly #path: string | undefined;

  /** @param location value of the header `Location` */
  constructor(source: AddressedSource, location: string | undefined) {
    super('camera-redirected', 'The camera redirects to another address, which is not followed');
    this.#path = pathAt(source, location?.trim() ?? '');
  }

  /** The path that was named, where it is one of the same scheme, host and port; undefined otherwise. */
  get path(): string | undefined {
    return this.#path;
  }
}

function pathAt(source: AddressedSource, location: string): string | undefined {
  if (/^\/(?!\/)[!-~]*$/.test(location)) return location;
  try {
    const { kind, secure, host, port, path } = sourceFromUrl(location);
    const isSame = kind === source.kind && secure === source.secure && port === source.port;
    return isSame && host.toLowerCase() === source.host.toLowerCase() ? path : undefined;
  } catch {
    return undefined;
  }
}

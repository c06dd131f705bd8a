/** Calls of the MediaMTX control API v3 (`api/openapi.yaml` of MediaMTX, v1.9 and newer). */
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { MediamtxHttp, type MediamtxHttpOptions } from './http.ts';
import { type Listing, walkPages } from './pages.ts';
import { type MediamtxPath, mediamtxPathSchema } from './path.ts';

/** Identity of the server; a changed `started` means that it was restarted. */
export interface MediamtxInfo {
  version: string | undefined;
  started: string | undefined;
}

/** The settings of a path that the gateway reads. */
export interface MediamtxPathConfig {
  name: string;
  /** May contain credentials. */
  source: string | undefined;
  sourceOnDemand: boolean | undefined;
  rpiCameraTextOverlay: string | undefined;
}

const infoSchema = z.looseObject({
  version: z.string().optional().catch(undefined),
  started: z.string().optional().catch(undefined),
});

/** Keeps only the fields above; drops the rest, passwords of other paths included. */
const pathConfigSchema: z.ZodType<MediamtxPathConfig> = z.object({
  name: z.string().min(1),
  source: z.string().optional().catch(undefined),
  sourceOnDemand: z.boolean().optional().catch(undefined),
  rpiCameraTextOverlay: z.string().optional().catch(undefined),
}) as z.ZodType<MediamtxPathConfig>;

/** One server. Every method rejects with AppError `mediamtx-*`. */
export class MediamtxClient {
  readonly #http: MediamtxHttp;

  constructor(options: MediamtxHttpOptions) {
    this.#http = new MediamtxHttp(options);
  }

  /** Identity of the server; undefined before v1.15.2. */
  async info(signal?: AbortSignal): Promise<MediamtxInfo | undefined> {
    const { status, body } = await this.#http.call('GET', '/v3/info', { signal });
    const info = infoSchema.safeParse(body);
    if (status !== 200 || !info.success) return undefined;
    return { version: info.data.version?.trim(), started: info.data.started };
  }

  /** Every live path. */
  async listPaths(signal?: AbortSignal): Promise<Listing<MediamtxPath>> {
    return await walkPages(
      (query) => this.#http.call('GET', '/v3/paths/list', { query, signal }),
      mediamtxPathSchema,
    );
  }

  /** Whether a path exists; it appears a moment after it was configured. */
  async hasPath(name: string, signal?: AbortSignal): Promise<boolean> {
    const { status } = await this.#http.call('GET', `/v3/paths/get/${encodePath(name)}`, { signal });
    return status === 200;
  }

  /** Settings of every path, regular expressions and `all_others` included. */
  async listPathConfigs(signal?: AbortSignal): Promise<Listing<MediamtxPathConfig>> {
    return await walkPages(
      (query) => this.#http.call('GET', '/v3/config/paths/list', { query, signal }),
      pathConfigSchema,
    );
  }

  /** Sets a path's settings or creates it; they last until the server restarts. */
  async replacePath(name: string, config: object, signal?: AbortSignal): Promise<void> {
    const call = { json: config, signal };
    const replaced = await this.#http.call('POST', `/v3/config/paths/replace/${encodePath(name)}`, call);
    // The API description says 404 for a missing path; servers create it.
    const isMissing = replaced.status === 404;
    const { status, reason } = isMissing
      ? await this.#http.call('POST', `/v3/config/paths/add/${encodePath(name)}`, call)
      : replaced;
    if (status >= 300) throw refused(`the settings of path ${name}`, reason);
  }

  /** Removes a path's settings; a missing path is a success. */
  async deletePath(name: string, signal?: AbortSignal): Promise<void> {
    const path = `/v3/config/paths/delete/${encodePath(name)}`;
    const { status, reason } = await this.#http.call('DELETE', path, { signal });
    if (status >= 300 && status !== 404) throw refused(`to remove path ${name}`, reason);
  }
}

/** A path's name in a URL: slashes separate segments, everything else is escaped. */
export function encodePath(name: string): string {
  return name.toWellFormed().split('/').map(encodeURIComponent).join('/');
}

function refused(what: string, reason: string): AppError {
  return new AppError('mediamtx-refused', `MediaMTX refused ${what}: ${reason}`);
}

/** Versity's S3 server on a folder, behind a relay that a test can cut or make refuse. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { join } from 'node:path';
import type { BucketConfig } from '../../gateway/config/uploads.ts';
import { freePort } from './free-port.ts';
import { VERSITYGW } from './peers.ts';
import { listening, portOf, stop } from './serve.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

const KEY = { accessKeyId: 'gateway', secretAccessKey: 'S3cr3tC4naryOfTheStore' };

/** A running server with the bucket `videos`. */
export class S3Server {
  readonly #folder = temporaryFolder();
  #child!: ChildProcess;
  #port = 0;
  #relay!: Server;
  /** Requests so far: method, and path with query. */
  readonly requests: string[] = [];
  /** Whether a request is refused with 403 in place of being passed on. */
  refuses: (request: IncomingMessage) => boolean = () => false;
  /** Whether connections are cut, as with a store that is away. */
  isAway = false;

  static async open(): Promise<S3Server> {
    const server = new S3Server();
    mkdirSync(join(server.#folder, 'videos'));
    server.#port = await freePort();
    const at = ['--port', `127.0.0.1:${server.#port}`, 'posix', server.#folder];
    const key = ['--access', KEY.accessKeyId, '--secret', KEY.secretAccessKey];
    server.#child = spawn(VERSITYGW, [...key, ...at], { stdio: 'ignore' });
    server.#relay = createServer((given, answer) => {
      server.requests.push(`${given.method} ${given.url}`);
      if (server.isAway) return void given.socket.destroy();
      if (server.refuses(given)) return void answer.writeHead(403, { connection: 'close' }).end();
      const { method, url: path, headers } = given;
      const passed = request({ port: server.#port, method, path, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
        response.pipe(answer);
      });
      passed.on('error', () => given.socket.destroy());
      answer.once('close', () => passed.destroy());
      given.pipe(passed);
    });
    await listening(server.#relay);
    await waitFor(() => fetch(`http://127.0.0.1:${server.#port}`).catch(() => undefined), {
      message: 'the S3 server to listen',
    });
    return server;
  }

  /** Settings of its bucket. */
  get config(): BucketConfig {
    return {
      ...{ ...KEY, region: 'us-east-1', prefix: 'uploads/', cacheBytes: 1_000_000_000 },
      url: `${this.endpoint}/videos`,
    };
  }

  get endpoint(): string {
    return `http://127.0.0.1:${portOf(this.#relay)}`;
  }

  /** The settings as an operator gives them. */
  get env(): Record<string, string> {
    return {
      UPLOADS_S3_BUCKET: 'videos',
      UPLOADS_S3_ENDPOINT: this.endpoint,
      UPLOADS_S3_ACCESS_KEY_ID: KEY.accessKeyId,
      UPLOADS_S3_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    };
  }

  /** Names in the bucket below the prefix. */
  objects(): string[] {
    return this.#list('uploads').sort();
  }

  /** Multipart uploads that are neither complete nor aborted. */
  unfinished(): string[] {
    return this.#list('.sgwtmp', 'multipart');
  }

  /** The server removes folders that it empties. */
  #list(...path: string[]): string[] {
    const folder = join(this.#folder, 'videos', ...path);
    return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
  }

  async close(): Promise<void> {
    stop(this.#relay);
    this.#child.kill('SIGKILL');
  }
}

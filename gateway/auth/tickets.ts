/**
 * Tickets: for what cannot send a header (`<img>`, EventSource, sockets of pages
 * elsewhere). Each opens one address for a short while; sockets and event
 * streams take a ticket once.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { roleSchema } from '#shared/contract/common.ts';
import { AppError } from '#shared/errors.ts';
import type { Principal } from './principal.ts';
import { Signer } from './signer.ts';

const ONCE_MS = 60_000;
const PICTURE_MS = 5 * 60_000;
/** A notice may be read days later. */
const LINK_MS = 7 * 24 * 60 * 60_000;
/** A player asks for the playlist with the same ticket as long as it plays. */
const VIDEO_MS = 6 * 60 * 60_000;
/** The folder of a camera's playlists and segments: a ticket to one of them opens all. */
const VIDEO = /^\/(?:hls|api\/recordings)\/[^/]+\//;
/** Loaded again and again by an image view. */
const PICTURES = /\/(frame|stream\.mjpeg|snapshot|video|clip)$|^\/(?:hls\/|api\/recordings\/[^/]+\/)/;

const ticketSchema = z.object({
  id: z.string(),
  role: roleSchema,
  path: z.string(),
  /** Of the client that it was made for: it ends with the session, and with the key. */
  sessionId: z.string().optional(),
  keyId: z.string().optional(),
  expiresAt: z.number(),
});

/** What a ticket says. */
export type Ticket = z.infer<typeof ticketSchema>;

type Issuer = Pick<Principal, 'role' | 'sessionId' | 'keyId'>;

/** Whether a path leads to a picture or a video, which players and image views load by its address alone. */
export function isPicturePath(path: string): boolean {
  return PICTURES.test(path);
}

/** Whether a path leads to a playlist of HLS or one of its files. */
export function isVideoPath(path: string): boolean {
  return VIDEO.test(path);
}

/** Makes and takes tickets. */
export class Tickets {
  readonly #signer: Signer;
  readonly #now: () => number;
  readonly #used = new Map<string, number>();
  #onUsed: (id: string, expiresAt: number) => void = () => {};

  constructor(secret: string, now: () => number = Date.now) {
    this.#signer = new Signer(secret, 'ticket');
    this.#now = now;
  }

  /** A ticket to GET a path. @param issuer for which it is @param path without a query */
  issue({ role, sessionId, keyId }: Issuer, path: string): { ticket: string; expiresAt: number } {
    const expiresAt = this.#now() + lifetimeOf(path);
    const ticket = { id: randomUUID(), role, path, sessionId, keyId, expiresAt };
    return { ticket: this.#signer.sign(ticket), expiresAt };
  }

  /** A ticket to a picture for readers of a notice, who are not signed in. @param path without a query */
  ofLink(path: string): string {
    return this.#signer.sign({ id: '', role: 'viewer', path, expiresAt: this.#now() + LINK_MS });
  }

  /**
   * A ticket to the playlists and files of a video, the same for hours: players take a file with another
   * address for another file. @param path of one of them, without a query
   */
  ofVideo({ role, sessionId, keyId }: Issuer, path: string): string {
    const expiresAt = (Math.floor(this.#now() / VIDEO_MS) + 2) * VIDEO_MS;
    return this.#signer.sign({ id: '', role, path: scopeOf(path), sessionId, keyId, expiresAt });
  }

  /**
   * The role of a ticket at a path; undefined if it is invalid, expired or used.
   * @throws AppError `forbidden` for a ticket to another path
   */
  take(text: string, path: string): Ticket | undefined {
    const ticket = ticketSchema.safeParse(this.#signer.verify(text)).data;
    if (ticket === undefined || ticket.expiresAt < this.#now()) return undefined;
    if (scopeOf(ticket.path) !== scopeOf(path))
      throw new AppError('forbidden', 'The ticket is for another address');
    if (PICTURES.test(path)) return ticket;
    if (this.#used.has(ticket.id)) return undefined;
    this.learn(ticket.id, ticket.expiresAt);
    this.#onUsed(ticket.id, ticket.expiresAt);
    return ticket;
  }

  /** Calls `listener` with each ticket that was used here. @param listener gets its id and end, Unix milliseconds */
  onUsed(listener: (id: string, expiresAt: number) => void): void {
    this.#onUsed = listener;
  }

  /** Takes note of a ticket that was used here or at another gateway. */
  learn(id: string, expiresAt: number): void {
    for (const [used, until] of this.#used) if (until < this.#now()) this.#used.delete(used);
    this.#used.set(id, expiresAt);
  }
}

function lifetimeOf(path: string): number {
  if (VIDEO.test(path)) return VIDEO_MS;
  return PICTURES.test(path) ? PICTURE_MS : ONCE_MS;
}

/** What a ticket to a path opens: that path, or all files of a video. */
function scopeOf(path: string): string {
  return VIDEO.exec(path)?.[0] ?? path;
}

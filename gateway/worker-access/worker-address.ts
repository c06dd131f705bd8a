/** How the gateway reaches a worker, wherever that runs. */
import type { Duplex } from 'node:stream';
import type { WorkerLink } from './worker-link.ts';

/** What one request to a worker needs. */
export interface WorkerTarget {
  name: string;
  /** `http://127.0.0.1:8082`; with a link no more than a name. */
  origin: string;
  /** Value of the worker token header. */
  token: string;
  /** Opens the connections of a worker that is not dialled over plain TCP at its origin. */
  link?: WorkerLink;
  /** Where other processes of this machine reach a worker that has a link. */
  doorOrigin?: string;
  /** Term of the gateway that keeps the worker, for orders; absent for a worker without lease. */
  term?: number;
}

/** A worker that is ready. */
export interface WorkerAddress extends WorkerTarget {
  /** Counts the processes that ran under this name. */
  epoch: number;
  /** Whether another machine may run it, which has no files of the gateway. */
  isRemote?: boolean;
  /** Whether it is the worker of an agent that is connected to another gateway, which alone gives it orders. */
  isElsewhere?: boolean;
  /** Where frames of its cameras are asked for in place of the worker. */
  pictures?: Pick<WorkerTarget, 'origin' | 'token'>;
  /**
   * Hands a client's connection to the worker, a process of this gateway, which reads `first` before what the client
   * sends. From then on `connection` stands for it: it closes with it, and destroying it ends it.
   * Undefined or false: the bytes must be relayed.
   */
  handOver?: (connection: Duplex, first: Buffer) => boolean;
  /** Further ports that the worker announced, by name. */
  details: Record<string, number>;
}

/**
 * A client's address as a worker gets it: without the key of the client.
 * @param url path and query @param fileTicket a ticket for the files that a playlist names
 */
export function addressForWorker(url: string, fileTicket?: string): string {
  const at = url.indexOf('?');
  if (at < 0) return url;
  const parts = url
    .slice(at + 1)
    .split('&')
    .filter((part) => !new URLSearchParams(part).has('key'));
  if (fileTicket !== undefined) parts.push(`ticket=${fileTicket}`);
  return parts.length === 0 ? url.slice(0, at) : `${url.slice(0, at)}?${parts.join('&')}`;
}

/** Where uploaded videos are kept: a folder of this machine, or a bucket that several gateways share. */
import type { Readable } from 'node:stream';
import type { Request, Response } from 'express';

/** A complete file that is not visible yet. */
export interface StagedUpload {
  readonly bytes: number;
  /** Current absolute path. */
  readonly path: string;
  /** Records its final name, so that a sweep can publish it after a crash. */
  stageAs(name: string): Promise<void>;
  /** Publishes it under its staged name. */
  publish(): Promise<void>;
  /** Deletes it. */
  discard(): Promise<void>;
}

/** Keeps uploaded videos; names must be safe. */
export interface UploadStore {
  /** Largest file, bytes. */
  readonly maxBytes: number;
  /** Absolute path at which cameras play a file. */
  pathOf(name: string): string;
  /** Leftovers of a crash; ask before the first upload. */
  leftovers(): Promise<string[]>;
  /** Removes leftovers. @param isStored whether a row names this file: then it is published instead */
  sweep(leftovers: readonly string[], isStored: (name: string) => Promise<boolean>): Promise<void>;
  /** @throws AppError `storage-full` when this many bytes would use the reserve of the disk */
  expectSpace(bytes?: number): Promise<void>;
  /**
   * Writes a file and syncs it to disk; a failed one leaves nothing behind.
   * @throws AppError `upload-too-large`, `storage-full`, or the error of `content`
   */
  receive(content: Readable): Promise<StagedUpload>;
  /** Answers a request for a file, whole or a range. @throws AppError `range-not-satisfiable`, `camera-stream-not-found` */
  send(name: string, req: Request, res: Response): Promise<void>;
  /** Deletes a stored file; a missing one is fine. */
  remove(name: string): Promise<void>;
  /** Hides a stored file before its row is deleted. @returns undefined where it cannot be restored */
  withdraw(name: string): Promise<StagedUpload | undefined>;
}

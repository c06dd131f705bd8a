/** Opens what keeps uploaded videos: the data folder, or the bucket that the settings name. */
import { join } from 'node:path';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { UploadsConfig } from '../config/uploads.ts';
import { Bucket } from './bucket.ts';
import { BucketUploads } from './bucket-uploads.ts';
import { UploadFolder } from './upload-folder.ts';
import type { UploadStore } from './upload-store.ts';

export interface OpenUploadsOptions {
  dataDir: string;
  config: UploadsConfig;
  /** Absolute paths of the videos that cameras play. */
  played: () => string[];
  /** Whether a row names this file. */
  isStored: (name: string) => Promise<boolean>;
  redactor: Redactor;
  log: Logger;
}

/** The store, and the function that ends its work in the background. */
export function openUploads(options: OpenUploadsOptions): { uploads: UploadStore; close(): Promise<void> } {
  const { dataDir, config, redactor, ...rest } = options;
  const { reserveBytes, quotaBytes, bucket } = config;
  const maxBytes = Math.min(config.maxBytes, quotaBytes);
  const folderOf = (name: string): UploadFolder =>
    new UploadFolder({ folder: join(dataDir, name), maxBytes, reserveBytes });
  if (bucket === undefined) return { uploads: folderOf('uploads'), close: async () => {} };
  redactor.add(bucket.secretAccessKey);
  const uploads = new BucketUploads({
    ...rest,
    bucket: new Bucket(bucket),
    folder: folderOf('uploads-cache'),
    former: folderOf('uploads'),
    cacheBytes: bucket.cacheBytes,
  });
  return { uploads, close: () => uploads.close() };
}

/** Settings of uploaded videos. */
import { readReserve } from '#shared/archive-settings.ts';
import {
  type Environment,
  readHttpUrl,
  readInteger,
  readOptional,
  readSwitch,
  readText,
  SettingsError,
} from '#shared/settings.ts';

/** Limits of uploaded videos, and where they are kept. */
export interface UploadsConfig {
  /** Largest video, bytes. */
  maxBytes: number;
  /** Disk space that uploads leave free, bytes. */
  reserveBytes: number;
  /** Space of all uploaded videos, bytes; the oldest are removed for new ones. */
  quotaBytes: number;
  /** Undefined: they are kept in the data folder. */
  bucket: BucketConfig | undefined;
}

/** A bucket of an S3-compatible store. */
export interface BucketConfig {
  /** Address of the bucket. */
  url: string;
  region: string;
  /** Start of every key, with a slash at its end unless empty. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Disk space of videos that were fetched for cameras that play them, bytes. */
  cacheBytes: number;
}

const MIB = 1024 * 1024;
const MAX_MB = 1_048_576;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and what other stores allow. */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i;
const REGION = /^[a-z0-9-]{1,64}$/i;
const PREFIX = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*\/?$/;

/** Reads the environment. @throws SettingsError; secrets are not quoted in it */
export function loadUploads(env: Environment): UploadsConfig {
  const quotaMb = readInteger(env, 'UPLOAD_QUOTA_MB', { fallback: 5120, min: 1, max: MAX_MB });
  return {
    maxBytes: readInteger(env, 'UPLOAD_MAX_MB', { fallback: 2048, min: 1, max: MAX_MB }) * MIB,
    reserveBytes: readReserve(env),
    quotaBytes: quotaMb * MIB,
    bucket: loadBucket(env, quotaMb),
  };
}

function loadBucket(env: Environment, quotaMb: number): BucketConfig | undefined {
  const bucket = readOptional(env, 'UPLOADS_S3_BUCKET');
  if (bucket === undefined) return undefined;
  if (!BUCKET.test(bucket)) throw new SettingsError('UPLOADS_S3_BUCKET', bucket, 'the name of a bucket');
  const region = readMatching(env, 'UPLOADS_S3_REGION', 'us-east-1', REGION);
  const endpoint = readHttpUrl(env, 'UPLOADS_S3_ENDPOINT');
  const isPathStyle = readSwitch(env, 'UPLOADS_S3_PATH_STYLE', endpoint !== undefined);
  const prefix = readMatching(env, 'UPLOADS_S3_PREFIX', 'uploads', PREFIX).replace(/\/?$/, '/');
  return {
    url: bucketUrl(endpoint ?? `https://s3.${region}.amazonaws.com`, bucket, isPathStyle),
    region,
    prefix,
    accessKeyId: readRequired(env, 'UPLOADS_S3_ACCESS_KEY_ID'),
    secretAccessKey: readRequired(env, 'UPLOADS_S3_SECRET_ACCESS_KEY'),
    cacheBytes: readInteger(env, 'UPLOADS_CACHE_MB', { fallback: quotaMb, min: 1, max: MAX_MB }) * MIB,
  };
}

function bucketUrl(endpoint: string, bucket: string, isPathStyle: boolean): string {
  const url = new URL(endpoint);
  if (isPathStyle) url.pathname = `${url.pathname.replace(/\/$/, '')}/${bucket}`;
  else url.hostname = `${bucket}.${url.hostname}`;
  return url.href.replace(/\/$/, '');
}

function readMatching(env: Environment, name: string, fallback: string, pattern: RegExp): string {
  const text = readText(env, name, fallback);
  if (!pattern.test(text)) throw new SettingsError(name, text, 'letters, digits, "-", "." or "/"');
  return text;
}

function readRequired(env: Environment, name: string): string {
  const text = readOptional(env, name);
  if (text === undefined) throw new SettingsError(name, '', 'set where UPLOADS_S3_BUCKET is');
  return text;
}

/** Encrypts secrets at rest: camera passwords and addresses that contain them. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#shared/errors.ts';
import { isUnwritable } from './unwritable.ts';

/** AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce for every text. */
export interface SecretBox {
  /** Returns text for storage, different every time. */
  seal(text: string): string;
  /** @throws AppError `secret-unreadable` when it was sealed with another key or modified */
  open(sealed: string): string;
}

const VERSION = 'v1';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The salt separates this key from other uses of the same SECRET_KEY. */
const SALT = 'visual-reasoning-gateway/secret-box/v1';

/** A box with a key of 32 bytes. */
export function createSecretBox(key: Buffer): SecretBox {
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${VERSION}.${Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')}`;
    },
    open(text) {
      try {
        return decrypt(key, text);
      } catch (error) {
        throw new AppError('secret-unreadable', 'A stored password cannot be read with this key', {
          cause: error,
        });
      }
    },
  };
}

/** Checks a claimed key: SECRET_KEY itself, or the content of `secret.key`. Takes tens of milliseconds. */
export function isSecretKey(key: Buffer, candidate: string): boolean {
  const decoded = Buffer.from(candidate.trim(), 'base64');
  const forms = [scryptSync(candidate, SALT, KEY_BYTES), decoded];
  return forms.some((form) => form.length === key.length && timingSafeEqual(form, key));
}

function decrypt(key: Buffer, text: string): string {
  const [version, body] = text.split('.');
  if (version !== VERSION || body === undefined) throw new Error('unknown version');
  const bytes = Buffer.from(body, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  return Buffer.concat([plain, decipher.final()]).toString('utf8');
}

/** The key: from SECRET_KEY, else from `secret.key` in the data folder, created on first use, owner-only. */
export function loadSecretKey(dataDir: string, secretKey: string | undefined): Buffer {
  if (secretKey !== undefined) return scryptSync(secretKey, SALT, KEY_BYTES);
  const file = join(dataDir, 'secret.key');
  try {
    writeFileSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`, {
      flag: 'wx',
      mode: 0o600,
      flush: true,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    keepToOwner(file);
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${file} does not hold a key of ${KEY_BYTES} bytes`);
  return key;
}

function keepToOwner(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
}

/** A box and the check of a claimed key. */
export interface OpenedSecretBox {
  box: SecretBox;
  isSecretKey(candidate: string): boolean;
}

/**
 * The box of this installation. If no key can be stored it is locked: text sealed with a
 * key that ends with the process could never be read again.
 * @throws Error when a key exists but is not readable
 */
export function openSecretBox(dataDir: string, secretKey: string | undefined): OpenedSecretBox {
  try {
    const key = loadSecretKey(dataDir, secretKey);
    return { box: createSecretBox(key), isSecretKey: (candidate) => isSecretKey(key, candidate) };
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    return { box: lockedBox(error), isSecretKey: () => false };
  }
}

function lockedBox(cause: unknown): SecretBox {
  const refuse = (): never => {
    throw new AppError('storage-unavailable', 'No key can be kept in the data folder; set SECRET_KEY', {
      cause,
    });
  };
  return { seal: refuse, open: refuse };
}

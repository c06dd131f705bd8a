/** Opens the database and the key that seals secrets in it. */
import type { Redactor } from '#shared/redact.ts';
import { openSecretBox, type SecretBox } from './secret-box.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';
import { isWritable } from './unwritable.ts';

export interface StorageOptions extends StoreOptions {
  /** SECRET_KEY; undefined: a key made in the data folder. */
  secretKey: string | undefined;
  redactor: Redactor;
}

/** Storage of one gateway. */
export interface Storage {
  store: Store;
  box: SecretBox;
  isSecretKey(candidate: string): boolean;
  /** Fields of `GET /health`. @param further reasons of other parts */
  health(further?: readonly string[]): { reasons: string[]; database: object };
  close(): Promise<void>;
}

/** Waits for no database. @throws Error when the key cannot be read */
export function openStorage({ secretKey, redactor, ...options }: StorageOptions): Storage {
  redactor.add(secretKey);
  redactor.add(passwordIn(options.databaseUrl));
  const store = openStore(options);
  const { box, isSecretKey } = openSecretBox(options.dataDir, secretKey);
  return {
    store,
    box,
    isSecretKey,
    health: (further = []) => ({
      reasons: [...reasonsOf(store, options.dataDir), ...further],
      database: {
        engine: store.engine,
        ready: store.isAvailable,
        restored: store.restoration,
        fileLoss: store.fileLoss,
      },
    }),
    close: () => store.close(),
  };
}

/** Codes of faults of the storage. */
function reasonsOf({ isAvailable, isNewer, fileLoss, restoration }: Store, dataDir: string): string[] {
  return [
    ...(isAvailable ? [] : [isNewer ? 'db_newer_version' : 'db_unavailable']),
    ...(fileLoss === undefined ? [] : [`db_file_${fileLoss.what}`]),
    ...(restoration === undefined ? [] : ['db_restored']),
    ...(isWritable(dataDir) ? [] : ['data_dir_unwritable']),
  ];
}

function passwordIn(url: string | undefined): string | undefined {
  return url === undefined ? undefined : decodeURIComponent(new URL(url).password);
}

/**
 * Keys of devices as clients see them. A row is stored under `source:name`; clients get the device's own
 * name, from which they build addresses, and the stored key only where another device had the name first.
 */
import type { DeviceRow } from '../store/database.ts';

/** What decides about a key. */
export type KeyedRow = Pick<DeviceRow, 'device_key' | 'source' | 'created_at'>;

/** The public key of every device, by its stored key. @param rows of all devices */
export function publicKeys(rows: readonly KeyedRow[]): Map<string, string> {
  const owners = new Map<string, KeyedRow>();
  for (const row of rows) {
    const owner = owners.get(nameOf(row));
    if (owner === undefined || isOlder(row, owner)) owners.set(nameOf(row), row);
  }
  const stored = new Set(rows.map(({ device_key }) => device_key));
  const isFree = (row: KeyedRow): boolean => owners.get(nameOf(row)) === row && !stored.has(nameOf(row));
  return new Map(rows.map((row) => [row.device_key, isFree(row) ? nameOf(row) : row.device_key]));
}

function nameOf({ device_key, source }: KeyedRow): string {
  return device_key.startsWith(`${source}:`) ? device_key.slice(source.length + 1) : device_key;
}

/** The first one keeps its key for ever: rows are never deleted. */
function isOlder(row: KeyedRow, other: KeyedRow): boolean {
  if (row.created_at !== other.created_at) return row.created_at < other.created_at;
  return row.device_key < other.device_key;
}

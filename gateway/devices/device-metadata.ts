/** `device_metadata`: a JSON string that clients parse, with the same members whatever a device is. */
import { maskUrl } from '#shared/redact.ts';

/** What every device's metadata holds; sources add what else they know. */
export interface DeviceMetadata {
  name: string;
  /** Whether it can be watched now. */
  ready: boolean;
  /** Whether what is watched comes from the device itself, now. */
  source_ready: boolean;
  /** Labels of codecs. */
  tracks: string[];
  readers: unknown[];
  reader_count: number;
  /** Where a WHEP player (draft-ietf-wish-whep) can watch it. */
  whep_url: string | null;
  /** One word for people. */
  state: string;
  [more: string]: unknown;
}

/** Writes metadata; user information in addresses, whoever put them there, stays out. */
export function writeMetadata(metadata: DeviceMetadata): string {
  const text = JSON.stringify(metadata);
  return text.includes('://') ? maskUrl(text) : text;
}

/** Reads what {@link writeMetadata} wrote; nothing when it cannot be read. */
export function readMetadata(text: string | undefined): Partial<DeviceMetadata> {
  try {
    return (JSON.parse(text ?? '{}') as Partial<DeviceMetadata> | null) ?? {};
  } catch {
    return {};
  }
}

/**
 * Metadata of a device that is not there any more: what was known of it stays, what was live does not.
 * @param state `gone` when whoever told of it says so, `unseen` when that one fell silent
 */
export function withoutSignal(text: string, state: 'gone' | 'unseen'): string {
  const known = readMetadata(text);
  const live = { available: false, online: false, bits_per_second_in: null, bits_per_second_out: null };
  return JSON.stringify({
    ...known,
    ...Object.fromEntries(Object.entries(live).filter(([key]) => key in known)),
    ready: false,
    source_ready: false,
    readers: [],
    reader_count: 0,
    state: known.state === 'gone' ? 'gone' : state,
  });
}

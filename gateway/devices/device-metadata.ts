/** `device_metadata`: a JSON string with the same members for every kind of device. */
import type { DeviceMetadata } from '#shared/contract/device.ts';
import { maskUrl } from '#shared/redact.ts';

/** Writes metadata; removes user information from addresses. */
export function writeMetadata(metadata: DeviceMetadata): string {
  const text = JSON.stringify(metadata);
  return text.includes('://') ? maskUrl(text) : text;
}

/** Reads what {@link writeMetadata} wrote; an empty object when it is not readable. */
export function readMetadata(text: string | undefined): Partial<DeviceMetadata> {
  try {
    return (JSON.parse(text ?? '{}') as Partial<DeviceMetadata> | null) ?? {};
  } catch {
    return {};
  }
}

/**
 * Metadata of a device that is no longer there: keeps what is known, resets what is live.
 * @param state `gone` when its source says so, `unseen` when the source fell silent
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

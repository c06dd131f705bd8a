/** Recordings of cameras: when, as video, as files. */
import type { Recording, RecordingList } from './api-types.ts';
import type { CallOptions, HttpClient } from './http-client.ts';

export type { Recording, RecordingList };

/** Unix seconds or ISO 8601. */
export interface TimeRange {
  from: number | string;
  to: number | string;
}

const PATH = '/api/recordings';

/** Calls under `/api/recordings`; all throw `GatewayError`. */
export class Recordings {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Which cameras have recordings, and what they take. */
  list(call: CallOptions = {}): Promise<RecordingList> {
    return this.#http.json(PATH, call);
  }

  /** When a camera was recorded, and why not in between; all of it without a range. */
  get(cameraId: string, range: Partial<TimeRange> = {}, call: CallOptions = {}): Promise<Recording> {
    return this.#http.json(pathOf(cameraId), { ...call, query: { ...range } });
  }

  /** The address of a time as HLS, for video views of phones. */
  playlistUrl(cameraId: string, range: TimeRange): string {
    return this.#http.url(`${pathOf(cameraId)}/playlist.m3u8`, { ...range });
  }

  /** The address of a time as one MP4, for video elements and to save it. */
  exportUrl(cameraId: string, range: TimeRange): string {
    return this.#http.url(`${pathOf(cameraId)}/export.mp4`, { ...range });
  }

  /** Removes whole files, each that overlaps the range; all without one. */
  remove(
    cameraId: string,
    range: Partial<TimeRange> = {},
    call: CallOptions = {},
  ): Promise<{ segments: number; bytes: number }> {
    return this.#http.json(pathOf(cameraId), { ...call, method: 'DELETE', query: { ...range } });
  }
}

function pathOf(cameraId: string): string {
  return `${PATH}/${encodeURIComponent(cameraId)}`;
}

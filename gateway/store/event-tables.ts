/** Tables of events, as typed rows. */

/** Events at cameras. */
export interface EventsTable {
  /** Given by the source. */
  id: string;
  /** Order of creation: microseconds since 1970, made unique by the gateway. */
  sequence: number;
  /** Number of the last change: the position of a live listener. */
  change: number;
  camera_id: string;
  /** `motion`, `person`, `face` or `watch`. */
  kind: string;
  label: string;
  /** Best score so far, 0 to 1. */
  score: number | null;
  started_at: number;
  /** Last observation. */
  updated_at: number;
  /** Null while it is ongoing. */
  ended_at: number | null;
  /** JSON of further facts. */
  data: string;
  /** JSON of the names of its zones. */
  zones: string;
  /** JSON of when its pictures were taken and what they show; null for those of earlier versions. */
  pictures: string | null;
  has_snapshot: number;
  /** The time of the recording that belongs to it; null where nothing was recorded. */
  clip_from: number | null;
  clip_to: number | null;
}

/** Pictures of events, in a table of their own so that lists stay light. */
export interface EventSnapshotsTable {
  event_id: string;
  /** The best. */
  jpeg: Uint8Array;
  /** The first; null where it is the best. */
  first_jpeg: Uint8Array | null;
}

/** Which gateway publishes to an MQTT broker; one row for each prefix of topics. */
export interface MqttPublisherTable {
  /** The prefix. */
  name: string;
  /** Number of the newest change of events that was acknowledged. */
  position: number;
  lease_owner: string;
  /** 0 without a lease. */
  leased_until: number;
}

/**
 * Every table, as typed rows. The same on both engines: identifiers and JSON are
 * text, times are Unix milliseconds, switches are 0 or 1, secrets are sealed text.
 */
import type { Generated, Insertable, Selectable, Updateable } from 'kysely';

/** Cameras of the registry. */
export interface CamerasTable {
  id: string;
  name: string;
  location: string;
  /** JSON of the source without its password; see the registry. */
  source: string;
  /** Sealed password of the source; null where there is none. */
  password: string | null;
  enabled: number;
  /** JSON of the analysis switches. */
  analysis: string;
  /** `api`, or `file` for those that CAMERAS_FILE names. */
  origin: string;
  created_at: number;
  updated_at: number;
}

/** Devices, whatever told of them. */
export interface DevicesTable {
  device_key: string;
  device_type: string;
  /** Where it was learned: `mediamtx` or `gateway`. */
  source: string;
  last_seen: number;
  is_active: number;
  /** JSON. */
  device_metadata: string;
  created_at: number;
  updated_at: number;
}

/** Camera streams that the analysis backend is told of. */
export interface CameraStreamsTable {
  camera_id: string;
  description: string | null;
  /** `rtsp` or `video`. */
  stream_type: string;
  /** Sealed RTSP URL; null for uploads. */
  rtsp_url: string | null;
  /** File name under the uploads folder; null for RTSP. */
  video_file: string | null;
  video_bytes: number | null;
  /** When the file made room for newer ones; null while it is there. */
  video_removed_at: number | null;
  created_at: number;
}

/** The outbox: what is still to be told, and what was. */
export interface DeliveriesTable {
  /** Stays the same over all attempts: the receiver's idempotency key. */
  id: string;
  /** Order of creation, given by the engine; deliveries of one camera go out in it. */
  sequence: Generated<number>;
  camera_id: string;
  /** Sealed JSON of the exact request body. */
  payload: string;
  /** `pending`, `delivered` or `parked`. */
  status: string;
  attempts: number;
  /** Not before this time. */
  next_attempt_at: number;
  /** Until then one gateway has it in hand; 0 when none has. */
  leased_until: number;
  /** Whoever has it in hand. */
  lease_owner: string | null;
  last_status: number | null;
  last_error: string | null;
  /** First 2 KB of the last answer. */
  last_response: string | null;
  created_at: number;
  updated_at: number;
  delivered_at: number | null;
}

/** What happened at a camera. */
export interface EventsTable {
  /** Given by whoever saw it. */
  id: string;
  /** Order of creation: microseconds since 1970, made unique by the gateway. */
  sequence: number;
  /** The same of its last change: what a live listener has seen up to. */
  change: number;
  camera_id: string;
  /** `motion`, `person`, `face` or `watch`. */
  kind: string;
  label: string;
  /** The best so far, 0 to 1. */
  score: number | null;
  started_at: number;
  /** When it was last seen to go on. */
  updated_at: number;
  /** Null while it goes on. */
  ended_at: number | null;
  /** JSON of what else is known. */
  data: string;
  has_snapshot: number;
}

/** Pictures of events, apart from them so that lists stay light. */
export interface EventSnapshotsTable {
  event_id: string;
  jpeg: Uint8Array;
}

/** Standing questions to cameras. */
export interface WatchesTable {
  id: string;
  camera_id: string;
  /** Skill of Moondream that is asked. */
  skill: string;
  prompt: string;
  /** Between two questions; of a watch that waits for motion, while there is motion. */
  every_ms: number;
  on_motion: number;
  /** JSON. */
  condition: string;
  /** It fires when so many ... */
  needed: number;
  /** ... of the last so many answers fulfil the condition. */
  out_of: number;
  cooldown_ms: number;
  deliver: number;
  enabled: number;
  /** JSON of the answers that count, oldest first. */
  answers: string;
  /** Not before this time. */
  next_ask_at: number;
  /** Questions still to be asked after the last motion. */
  burst_left: number;
  /** Until then one gateway has it in hand; 0 when none has. */
  leased_until: number;
  /** Another for each time it is taken. */
  lease_owner: string | null;
  asked: number;
  fired: number;
  /** Questions in a row that were not answered. */
  failures: number;
  /** JSON of what went wrong last; null after an answer. */
  last_error: string | null;
  last_asked_at: number | null;
  last_fired_at: number | null;
  last_event_id: string | null;
  created_at: number;
  updated_at: number;
}

/** Questions of watches in each hour. */
export interface WatchBudgetTable {
  /** Hours since 1970. */
  hour: number;
  /** Empty for the sum over all cameras. */
  camera_id: string;
  asked: number;
}

/** Questions of clients to Moondream in each day. */
export interface DailyQuestionsTable {
  /** Days since 1970, UTC. */
  day: number;
  asked: number;
}

/** Sessions of browsers that were ended before their time. */
export interface EndedSessionsTable {
  id: string;
  /** Until then its cookie would have been valid. */
  kept_until: number;
}

/** All tables by name. */
export interface Database {
  cameras: CamerasTable;
  devices: DevicesTable;
  camera_streams: CameraStreamsTable;
  deliveries: DeliveriesTable;
  events: EventsTable;
  event_snapshots: EventSnapshotsTable;
  watches: WatchesTable;
  watch_budget: WatchBudgetTable;
  daily_questions: DailyQuestionsTable;
  ended_sessions: EndedSessionsTable;
}

export type CameraRow = Selectable<CamerasTable>;
export type NewCameraRow = Insertable<CamerasTable>;
export type CameraRowChanges = Updateable<CamerasTable>;
export type DeviceRow = Selectable<DevicesTable>;
export type CameraStreamRow = Selectable<CameraStreamsTable>;
export type DeliveryRow = Selectable<DeliveriesTable>;
export type EventRow = Selectable<EventsTable>;
export type WatchRow = Selectable<WatchesTable>;
export type WatchRowChanges = Updateable<WatchesTable>;

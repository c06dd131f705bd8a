/**
 * Every table, as typed rows. The same on both engines: identifiers and JSON are
 * text, times are Unix milliseconds, switches are 0 or 1, secrets are sealed text.
 */
import type { Transaction as KyselyTransaction, Selectable, Updateable } from 'kysely';
import type { DeliveriesTable, NotificationsTable, PushKeysTable } from './delivery-tables.ts';
import type { EventSnapshotsTable, EventsTable, MqttPublisherTable } from './event-tables.ts';
import type {
  CameraFaultsTable,
  CameraOwnersTable,
  SessionCamerasTable,
  WorkersTable,
} from './placement-tables.ts';
import type { RecordingPlacesTable, RecordingSegmentsTable } from './recording-tables.ts';
import type {
  AbsencesTable,
  AgentLinksTable,
  GatewayDoorsTable,
  JobTurnsTable,
  ProbePreviewsTable,
  PtzTasksTable,
  SignInNewsTable,
} from './shared-tables.ts';

/** Engine of a store. */
export type Engine = 'sqlite' | 'postgres';

/** Queries of one transaction. */
export type Transaction = KyselyTransaction<Database>;

/** Cameras of the registry. */
export interface CamerasTable {
  id: string;
  name: string;
  location: string;
  /** JSON of the source without its password, secrets in its path masked; see the registry. */
  source: string;
  /** Sealed path of the source; null where the path holds no secret. */
  sealed_path: string | null;
  /** Sealed password of the source; null where there is none. */
  password: string | null;
  /** Sealed JSON of its sub stream and still pictures; null where it has none. */
  sealed_further: string | null;
  /** Name of the agent that reaches it; null: the gateway itself. */
  agent: string | null;
  /** As `gpu=1,site=berlin`. */
  labels: string;
  enabled: number;
  /** JSON of the analysis switches. */
  analysis: string;
  /** JSON of what is recorded; null: nothing. */
  recording: string | null;
  /** JSON of its zones. */
  zones: string;
  /** `api`, or `file` for cameras of CAMERAS_FILE. */
  origin: string;
  created_at: number;
  updated_at: number;
}

/** Devices of all sources. */
export interface DevicesTable {
  device_key: string;
  device_type: string;
  /** Source: `mediamtx` or `gateway`. */
  source: string;
  last_seen: number;
  is_active: number;
  /** JSON. */
  device_metadata: string;
  created_at: number;
  updated_at: number;
}

/** Camera streams for the analysis backend. */
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
  /** When the file was removed for newer ones; null while it exists. */
  video_removed_at: number | null;
  created_at: number;
}

/** Standing questions to cameras. */
export interface WatchesTable {
  id: string;
  camera_id: string;
  /** Moondream skill. */
  skill: string;
  prompt: string;
  /** Between two questions; for a watch on motion, during motion. */
  every_ms: number;
  on_motion: number;
  /** JSON. */
  condition: string;
  /** It fires when this many ... */
  needed: number;
  /** ... of this many last answers fulfil the condition. */
  out_of: number;
  cooldown_ms: number;
  deliver: number;
  enabled: number;
  /** JSON of the part of the picture that is looked at; null: all of it. */
  area: string | null;
  /** Name of the zone that is looked at, and whose motion counts; null: all of the picture. */
  zone: string | null;
  /** Name of the provider that is asked; null: the preferred one. */
  provider: string | null;
  /** JSON of what is done when it fires. */
  actions: string;
  /** JSON of the last readings, oldest first, whether they count or not. */
  readings: string;
  /** JSON of the answers that count, oldest first. */
  answers: string;
  /** Not before this time. */
  next_ask_at: number;
  /** Questions left after the last motion. */
  burst_left: number;
  /** End of a runner's lease; 0 without one. */
  leased_until: number;
  /** Unique per lease. */
  lease_owner: string | null;
  asked: number;
  fired: number;
  /** Consecutive questions without an answer. */
  failures: number;
  /** JSON of the last failure; null after an answer. */
  last_error: string | null;
  last_asked_at: number | null;
  last_fired_at: number | null;
  last_event_id: string | null;
  created_at: number;
  updated_at: number;
}

/** Questions of watches per hour. */
export interface WatchBudgetTable {
  /** Hours since 1970. */
  hour: number;
  /** Empty for the sum over all cameras. */
  camera_id: string;
  asked: number;
}

/** Questions of clients to each kind of model server per day. */
export interface ProviderDaysTable {
  /** `moondream` or `vlm`. */
  provider: string;
  /** Days since 1970, UTC. */
  day: number;
  asked: number;
}

/** Settings of model servers that were made in the page. */
export interface ReasonSettingsTable {
  /** `moondream`, `vlm`, or `reasoning` for what concerns all of them. */
  name: string;
  /** Sealed JSON. */
  settings: string;
  updated_at: number;
}

/** Questions to cameras with their answers. */
export interface ReasonAnswersTable {
  id: string;
  /** Order of the answers: microseconds since 1970, made unique by the engine's key. */
  sequence: number;
  asked_at: number;
  /** `ask`, `describe`, `find`, `point` or `count`. */
  kind: string;
  camera_id: string;
  /** The question, or the object that was looked for. */
  question: string;
  /** The answer in words. */
  answer: string;
  /** Question and answer in lower case, for the search. */
  words: string;
  /** JSON of the answer as clients get it. */
  result: string;
  /** Size of its pictures, bytes. */
  picture_bytes: number;
}

/** Pictures that were asked about; each belongs to the newest answer that is about it. */
export interface ReasonPicturesTable {
  id: string;
  answer_id: string;
  jpeg: Uint8Array;
}

/** Browser sessions that were ended early. */
export interface EndedSessionsTable {
  id: string;
  /** When its cookie would have expired. */
  kept_until: number;
}

/** Scoped keys of clients; a row is never changed. */
export interface AccessKeysTable {
  id: string;
  name: string;
  /** `view`, `operate` or `admin`. */
  scope: string;
  /** JSON of the ids of its cameras; null for all. */
  cameras: string | null;
  /** Null where it does not expire. */
  expires_at: number | null;
  created_at: number;
  /** SHA-256 of the key, hex. */
  hash: string;
  /** Sealed JSON: what digest authentication needs. */
  digest: string;
  /** To the minute; null before its first use. */
  last_used_at: number | null;
}

/** Agents; a row is never changed. */
export interface AgentsTable {
  name: string;
  /** SHA-256 of its token, hex. */
  token_hash: string;
  created_at: number;
}

/** Unused codes that pair apps; using one deletes it. */
export interface PairingsTable {
  /** SHA-256 of the code, hex. */
  hash: string;
  /** Of the key that the code is traded for, as in {@link AccessKeysTable}. */
  scope: string;
  cameras: string | null;
  key_expires_at: number | null;
  /** When the code expires. */
  expires_at: number;
}

/** All tables by name. */
export interface Database {
  workers: WorkersTable;
  camera_owners: CameraOwnersTable;
  session_cameras: SessionCamerasTable;
  absences: AbsencesTable;
  camera_faults: CameraFaultsTable;
  cameras: CamerasTable;
  devices: DevicesTable;
  camera_streams: CameraStreamsTable;
  deliveries: DeliveriesTable;
  notifications: NotificationsTable;
  push_keys: PushKeysTable;
  events: EventsTable;
  recording_segments: RecordingSegmentsTable;
  recording_places: RecordingPlacesTable;
  event_snapshots: EventSnapshotsTable;
  watches: WatchesTable;
  watch_budget: WatchBudgetTable;
  provider_days: ProviderDaysTable;
  reason_settings: ReasonSettingsTable;
  reason_answers: ReasonAnswersTable;
  reason_pictures: ReasonPicturesTable;
  ended_sessions: EndedSessionsTable;
  access_keys: AccessKeysTable;
  agents: AgentsTable;
  agent_links: AgentLinksTable;
  gateway_doors: GatewayDoorsTable;
  ptz_tasks: PtzTasksTable;
  probe_previews: ProbePreviewsTable;
  pairings: PairingsTable;
  mqtt_publisher: MqttPublisherTable;
  sign_in_news: SignInNewsTable;
  job_turns: JobTurnsTable;
}

export type CameraRow = Selectable<CamerasTable>;
export type DeviceRow = Selectable<DevicesTable>;
export type CameraStreamRow = Selectable<CameraStreamsTable>;
export type DeliveryRow = Selectable<DeliveriesTable>;
export type NotificationRow = Selectable<NotificationsTable>;
export type EventRow = Selectable<EventsTable>;
export type WatchRow = Selectable<WatchesTable>;
export type ReasonAnswerRow = Selectable<ReasonAnswersTable>;
export type WatchRowChanges = Updateable<WatchesTable>;
export type AccessKeyRow = Selectable<AccessKeysTable>;

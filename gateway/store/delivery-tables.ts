/** Tables of deliveries and of who is told of what, as typed rows. */
import type { Generated } from 'kysely';

/** The outbox: pending and finished deliveries. */
export interface DeliveriesTable {
  /** The same for all attempts: the receiver's idempotency key. */
  id: string;
  /** Order of creation, given by the engine; deliveries of one queue are sent in it. */
  sequence: Generated<number>;
  camera_id: string;
  /** Id of a notification; empty for the analysis backend. */
  target: string;
  /** Deliveries of one queue are sent in order: the camera for the analysis backend, else target and camera. */
  queue: string;
  /** Sealed JSON: the exact request body for the analysis backend, the facts of a notice. */
  payload: string;
  /** `pending`, `delivered` or `parked`. */
  status: string;
  attempts: number;
  /** Not before this time. */
  next_attempt_at: number;
  /** End of a sender's lease; 0 without one. */
  leased_until: number;
  /** Name of the sender that holds the lease. */
  lease_owner: string | null;
  last_status: number | null;
  last_error: string | null;
  /** First 2 KB of the last response. */
  last_response: string | null;
  created_at: number;
  updated_at: number;
  delivered_at: number | null;
}

/** Who is told of what. */
export interface NotificationsTable {
  id: string;
  name: string;
  /** Sealed JSON: addresses of targets hold secrets. */
  target: string;
  /** JSON of what it tells of, and when. */
  settings: string;
  /** Base URL of links in its notices. */
  link_base: string;
  enabled: number;
  created_at: number;
  updated_at: number;
  /** Null: the gateway's; see `auth/owners.ts`. */
  owner: string | null;
}

/** Keys by which push services know this gateway. */
export interface PushKeysTable {
  name: string;
  /** Sealed JSON. */
  keys: string;
}

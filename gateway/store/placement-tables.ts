/** Tables of placement, as typed rows: which workers there are, and which camera each runs. */

/** Workers of all gateways, each with its lease. */
export interface WorkersTable {
  name: string;
  /** The gateway that renews the lease and gives orders. */
  keeper: string;
  /** Random, of the keeper's process. */
  incarnation: string;
  /** End of the lease by the clock of the database, Unix milliseconds. */
  until: number;
  /** Sealed origin and token; null where every gateway knows the way. */
  address: string | null;
  /** JSON. */
  labels: string;
  capacity: number;
  /** Grows with each change of the keeper's process. */
  term: number;
}

/** One row for each camera that is to run. */
export interface CameraOwnersTable {
  camera_id: string;
  /** Null: a worker is to claim it. */
  worker: string | null;
  /** Grows each time the camera moves; begins at the time when it came, Unix tenths of a second. */
  epoch: number;
  /** Number of the transaction that changed the row last. */
  change: number;
  /** Labels that its worker must carry, as `gpu=1,site=berlin`. */
  labels: string;
}

/** Cameras whose work may have broken their worker. */
export interface CameraFaultsTable {
  camera_id: string;
  /** JSON: when, by the clock of the database, Unix milliseconds. */
  times: string;
  /** How the worker ended last. */
  reason: string;
  /** Name of the gateway that keeps it apart; null where it is among the others. */
  keeper: string | null;
  /** End of its lease by the clock of the database, Unix milliseconds. */
  until: number | null;
}

/** Cameras that clients connected without storing them, and stored ones that they disconnected. */
export interface SessionCamerasTable {
  camera_id: string;
  /** Random, of the process of the gateway where it was asked last. */
  keeper: string;
  /** End of the row by the clock of the database, Unix milliseconds. */
  until: number;
  /** Number of the transaction that changed what is sealed last. */
  version: number;
  /** Sealed JSON of the camera; of `null` for one that is disconnected. */
  sealed: string;
}

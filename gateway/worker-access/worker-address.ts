/** How the gateway reaches a worker, wherever that runs. */

/** What one request to a worker needs. */
export interface WorkerTarget {
  name: string;
  /** `http://127.0.0.1:8082` */
  origin: string;
  /** Value of the worker token header. */
  token: string;
}

/** A worker that is ready. */
export interface WorkerAddress extends WorkerTarget {
  /** Counts the processes that ran under this name. */
  epoch: number;
  /** Further ports that the worker announced, by name. */
  details: Record<string, number>;
}

/** The opening of a WebRTC session. */

/** What is known of a session before it is opened. */
export interface Opening {
  /** Counted by the gateway; a worker that runs alone counts itself. */
  number?: number | undefined;
  /** Whether the client is on this machine. */
  isClientLocal: boolean;
  /** What gateways that share this worker say of the client. */
  owner?: string | undefined;
}

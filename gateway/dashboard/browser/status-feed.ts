/** Follows the status stream across restarts of the gateway, sleep and network loss. */
import { applyChange, emptyState, type GatewayState, type StatusMessage } from './status.ts';

/** State of the connection to the gateway. */
export type Reach = 'connecting' | 'open' | 'lost' | 'signed-out';

/** Callbacks. */
export interface FeedHandlers {
  /** @param clockOffset offset from this device's clock to the gateway's, milliseconds */
  onState(state: GatewayState, clockOffset: number): void;
  onReach(reach: Reach): void;
}

/** Longer than two heartbeats. */
const SILENCE_MS = 40_000;
const RETRY_MS = 2000;
const UNAUTHORIZED = 401;

/** Starts listening. Returns the function that ends it. @param base address of the gateway */
export function listenToStatus(base: string, { onState, onReach }: FeedHandlers): () => void {
  let state = emptyState();
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const retryIn = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(open, ms);
  };
  const take = (event: Event, before: GatewayState): void => {
    const message = JSON.parse((event as MessageEvent<string>).data) as StatusMessage;
    state = applyChange(before, message);
    onReach('open');
    onState(state, message.now - Date.now());
    retryIn(SILENCE_MS);
  };
  const fail = async (): Promise<void> => {
    // After sleep an open source may hang; a new one does not.
    source?.close();
    const status = await fetch(`${base}/api/cameras/status`).then(
      (response) => response.status,
      () => 0,
    );
    onReach(status === UNAUTHORIZED ? 'signed-out' : 'lost');
    retryIn(RETRY_MS);
  };
  function open(): void {
    source?.close();
    source = new EventSource(`${base}/api/status/stream`);
    source.addEventListener('state', (event) => take(event, emptyState()));
    source.addEventListener('change', (event) => take(event, state));
    source.addEventListener('error', () => void fail());
    retryIn(SILENCE_MS);
  }

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** Follows the status stream across restarts of the gateway, sleep and network loss. */
import { applyChange, emptyState, type GatewayState, type StatusMessage } from './status.ts';

/** State of the connection to the gateway. */
export type Reach = 'connecting' | 'open' | 'lost' | 'signed-out';

/** Callbacks. */
export interface FeedHandlers {
  /** @param clockOffset offset from this device's clock to the gateway's, milliseconds */
  onState(state: GatewayState, clockOffset: number): void;
  onReach(reach: Reach): void;
  /** Called with every sign of life. */
  onHeard(): void;
}

/** The stream says something every second; after this silence the gateway is gone. Milliseconds. */
const SILENCE_MS = 2500;
/** A first answer, over a slow network too. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 2000;
const UNAUTHORIZED = 401;

/** Starts listening. Returns the function that ends it. @param base address of the gateway */
export function listenToStatus(base: string, { onState, onReach, onHeard }: FeedHandlers): () => void {
  let state = emptyState();
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const next = (run: () => void, ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
  const hear = (): void => {
    onHeard();
    onReach('open');
    next(() => void fail(), SILENCE_MS);
  };
  const take = (event: Event, before: GatewayState): void => {
    const message = JSON.parse((event as MessageEvent<string>).data) as StatusMessage;
    state = applyChange(before, message);
    hear();
    onState(state, message.now - Date.now());
  };
  const fail = async (): Promise<void> => {
    // An open source may hang after sleep; a new one does not.
    source?.close();
    onReach('lost');
    next(open, RETRY_MS);
    const status = await fetch(`${base}/api/cameras/status`, { signal: AbortSignal.timeout(RETRY_MS) }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === UNAUTHORIZED) onReach('signed-out');
  };
  function open(): void {
    source?.close();
    const opened = new EventSource(`${base}/api/status/stream`);
    source = opened;
    opened.addEventListener('state', (event) => take(event, emptyState()));
    opened.addEventListener('change', (event) => take(event, state));
    opened.addEventListener('tick', hear);
    opened.addEventListener('error', () => {
      if (source === opened) void fail();
    });
    next(() => void fail(), PATIENCE_MS);
  }

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** Relays frames of all workers to client sockets; equal subscriptions share one link subscription and the same bytes. */
import type { FrameFeed, FrameSubscriber } from '#shared/frames/frame-socket.ts';
import { type FramePayload, toBase64Frame } from '#shared/frames/payload.ts';
import { type FrameRequest, requestKey } from '#shared/frames/subscription.ts';
import type { Logger } from '#shared/logger.ts';
import { isAgentWorker } from '../worker-access/agent-worker.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { FrameLink } from '../worker-access/frame-link.ts';
import { PerWorker } from '../worker-access/per-worker.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';

/** The part of the pool that the relay needs. */
export interface RelayPool {
  onReady(listener: (address: WorkerAddress) => void): () => void;
  onDown(listener: (name: string) => void): () => void;
}

/** Messages about detections. */
export interface DetectionFeed {
  /** Calls `listener` with each message and its subject; a newer one of a subject replaces an older. */
  subscribe(cameraId: string, listener: (payload: FramePayload, subject: string) => void): { close(): void };
}

export interface FrameRelayOptions {
  pool: RelayPool;
  routing: Pick<CameraRouting, 'workers' | 'nameOf' | 'refusalOf' | 'onWorkers' | 'onPlacement'>;
  /** For subscriptions with detections; without it they get frames only. */
  detections?: DetectionFeed;
  log: Logger;
}

/** Older frames do not count as live (docs/contract.md, section 1), milliseconds. */
const FRESH_MS = 3000;

interface Shared {
  request: FrameRequest;
  subscribers: Set<FrameSubscriber>;
  /** The newest frame and its arrival, for a client that joins between two frames of a slow rate. */
  newest: { payload: FramePayload; at: number } | undefined;
  upstream: { close(): void };
}

/** The feed of every client socket of this gateway. */
export class FrameRelay implements FrameFeed {
  readonly #options: FrameRelayOptions;
  readonly #links: PerWorker<FrameLink>;
  readonly #shared = new Map<string, Shared>();
  readonly #ends: (() => void)[];

  constructor(options: FrameRelayOptions) {
    this.#options = options;
    this.#links = new PerWorker(
      () => new FrameLink(options.log),
      (link) => link.detach(),
    );
    this.#links.retain(options.routing.workers);
    this.#ends = [
      options.routing.onWorkers((workers) => this.#links.retain(workers)),
      options.pool.onReady((worker) => this.#links.find(worker.name)?.attach(worker)),
      options.pool.onDown((name) => this.#links.find(name)?.detach()),
      options.routing.onPlacement((cameraId) => this.#move(cameraId)),
    ];
  }

  /** Subscriptions carried by the links. */
  get upstreamSubscriptions(): number {
    return this.#links.values().reduce((sum, link) => sum + link.size, 0);
  }

  /** Starts delivering; waits for a camera that is unknown or down. */
  open(request: FrameRequest, subscriber: FrameSubscriber): { close(): void } {
    const { cameraId } = request;
    const refusal = this.#options.routing.refusalOf(cameraId);
    if (refusal !== undefined) subscriber.fail(refusal);
    const key = requestKey(request);
    const shared = this.#shared.get(key) ?? this.#share(key, request);
    shared.subscribers.add(subscriber);
    if (
      refusal === undefined &&
      shared.newest !== undefined &&
      performance.now() - shared.newest.at < FRESH_MS
    ) {
      subscriber.deliver(shared.newest.payload);
    }
    const detections = this.#openDetections(request, subscriber);
    return {
      close: () => {
        detections?.close();
        this.#leave(key, shared, subscriber);
      },
    };
  }

  /** Ends all links. */
  close(): void {
    for (const end of this.#ends) end();
    void this.#links.close();
  }

  #openDetections({ cameraId, detections }: FrameRequest, subscriber: FrameSubscriber) {
    if (detections !== true) return undefined;
    return this.#options.detections?.subscribe(cameraId, (payload, subject) =>
      subscriber.notify(payload, subject),
    );
  }

  #share(key: string, request: FrameRequest): Shared {
    const shared: Shared = {
      request,
      subscribers: new Set(),
      newest: undefined,
      upstream: { close: () => {} },
    };
    this.#subscribe(shared);
    this.#shared.set(key, shared);
    return shared;
  }

  #subscribe(shared: Shared): void {
    const { request, subscribers } = shared;
    const worker = this.#options.routing.nameOf(request.cameraId);
    const deliver = (payload: FramePayload): void => {
      shared.newest = { payload, at: performance.now() };
      for (const subscriber of subscribers) subscriber.deliver(payload);
    };
    shared.upstream =
      isAgentWorker(worker) && request.encoding === 'base64'
        ? this.#subscribeToBinary(request, deliver)
        : this.#links.of(worker).subscribe(request, deliver);
  }

  /** Pictures cross the link of an agent once for both encodings, in the smaller one. */
  #subscribeToBinary(
    { detections: _detections, ...request }: FrameRequest,
    deliver: (payload: FramePayload) => void,
  ): { close(): void } {
    const onBinary = (binary: FramePayload): void => {
      const payload = toBase64Frame(binary);
      if (payload !== undefined) deliver(payload);
    };
    const subscriber = { deliver: onBinary, notify: () => {}, fail: () => {} };
    return this.open({ ...request, encoding: 'binary' }, subscriber);
  }

  /** Moves a camera's subscriptions to another worker. */
  #move(cameraId: string): void {
    for (const shared of this.#shared.values()) {
      if (shared.request.cameraId !== cameraId) continue;
      shared.upstream.close();
      this.#subscribe(shared);
    }
  }

  #leave(key: string, shared: Shared, subscriber: FrameSubscriber): void {
    shared.subscribers.delete(subscriber);
    if (shared.subscribers.size > 0) return;
    shared.upstream.close();
    this.#shared.delete(key);
  }
}

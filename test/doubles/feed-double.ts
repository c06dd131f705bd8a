/** A feed whose frames a test publishes by hand. */
import type { AppError } from '#shared/errors.ts';
import type { FrameFeed, FrameSubscriber } from '#shared/frames/frame-socket.ts';
import type { FramePayload } from '#shared/frames/payload.ts';
import type { FrameRequest } from '#shared/frames/subscription.ts';

interface OpenSubscription {
  request: FrameRequest;
  subscriber: FrameSubscriber;
}

/** A text message of a frame. */
export function textFrame(cameraId: string, sequence: number, padding = 0): FramePayload {
  const frame = { type: 'frame', cameraId, sequence, data: 'x'.repeat(padding) };
  return { data: Buffer.from(JSON.stringify(frame)), binary: false };
}

/** Remembers what is subscribed. */
export class FeedDouble implements FrameFeed {
  readonly #open = new Set<OpenSubscription>();

  /** Subscriptions open now. */
  get requests(): FrameRequest[] {
    return [...this.#open].map(({ request }) => request);
  }

  open(request: FrameRequest, subscriber: FrameSubscriber): { close(): void } {
    const subscription = { request, subscriber };
    this.#open.add(subscription);
    return { close: () => void this.#open.delete(subscription) };
  }

  /** Delivers to every subscription of a camera. */
  publish(cameraId: string, payload: FramePayload): void {
    for (const { subscriber } of this.#of(cameraId)) subscriber.deliver(payload);
  }

  /** Fails every subscription of a camera. */
  fail(cameraId: string, error: AppError): void {
    for (const { subscriber } of this.#of(cameraId)) subscriber.fail(error);
  }

  #of(cameraId: string): OpenSubscription[] {
    return [...this.#open].filter(({ request }) => request.cameraId === cameraId);
  }
}

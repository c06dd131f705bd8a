/** Listeners by camera: what analysis tells of one reaches those who asked for it. */
import { EventEmitter } from 'node:events';
import type { DetectionsMessage, EventUpdate } from '#shared/detections.ts';
import type { FramePayload } from '#shared/frames/payload.ts';
import type { DetectionFeed } from '../sockets/frame-relay.ts';

/** Says when something moves before a camera. */
export interface MotionSource {
  /** Calls when motion begins and about once a second while it goes on, with the zones it is in. @returns the function that ends it */
  onMotion(listener: (cameraId: string, zones: readonly string[]) => void): () => void;
}

/** Detections and events as finished messages, and motion. */
export class CameraChannel implements DetectionFeed, MotionSource {
  readonly #detections = new EventEmitter();
  readonly #motion = new EventEmitter<{ motion: [string, readonly string[]] }>();
  readonly #objects = new EventEmitter<Record<string, [DetectionsMessage]>>();
  readonly #looks = new Set<{ cameraId: string; isOn: () => boolean }>();
  /** Cameras whose last message named objects. */
  readonly #shown = new Set<string>();

  constructor() {
    this.#detections.setMaxListeners(0);
    this.#motion.setMaxListeners(0);
    this.#objects.setMaxListeners(0);
  }

  subscribe(cameraId: string, listener: (payload: FramePayload, subject: string) => void): { close(): void } {
    this.#detections.on(cameraId, listener);
    return { close: () => void this.#detections.off(cameraId, listener) };
  }

  /** Whether a client asked for what is seen by any camera. */
  get isWatched(): boolean {
    return this.#detections.eventNames().length > 0;
  }

  onMotion(listener: (cameraId: string, zones: readonly string[]) => void): () => void {
    this.#motion.on('motion', listener);
    return () => void this.#motion.off('motion', listener);
  }

  /**
   * Calls with what is seen by a camera, picture by picture.
   * @param isOn whether the listener has use for it now
   * @returns the function that ends it
   */
  onObjects(
    cameraId: string,
    listener: (message: DetectionsMessage) => void,
    isOn: () => boolean = () => true,
  ): () => void {
    const look = { cameraId, isOn };
    this.#objects.on(cameraId, listener);
    this.#looks.add(look);
    return () => {
      this.#objects.off(cameraId, listener);
      this.#looks.delete(look);
    };
  }

  /** Cameras of which a listener wants to know what is seen. */
  watched(): Set<string> {
    const looks = [...this.#looks].flatMap(({ cameraId, isOn }) => (isOn() ? [cameraId] : []));
    return new Set([...(this.#detections.eventNames() as string[]), ...looks]);
  }

  /** Tells what is seen; built once for all listeners. */
  notifyDetections(message: DetectionsMessage): void {
    if (message.objects.length > 0) this.#shown.add(message.cameraId);
    else this.#shown.delete(message.cameraId);
    this.#notify(message, 'detections');
    this.#objects.emit(message.cameraId, message);
  }

  /** Sends a change of an event. One per kind is ongoing at a time: a client that missed its end sees the next start. */
  notifyEvent(update: EventUpdate): void {
    this.#notify(update, update.kind);
  }

  /** @param zones names of those in which something moved */
  notifyMotion(cameraId: string, zones: readonly string[]): void {
    this.#motion.emit('motion', cameraId, zones);
  }

  /** Cameras whose boxes clients have drawn. */
  get shown(): string[] {
    return [...this.#shown];
  }

  #notify(message: DetectionsMessage | EventUpdate, subject: string): void {
    if (this.#detections.listenerCount(message.cameraId) === 0) return;
    const payload: FramePayload = { data: Buffer.from(JSON.stringify(message)), binary: false };
    this.#detections.emit(message.cameraId, payload, subject);
  }
}

/** One kind of object at one camera, reported as events from start to end. */
import { randomUUID } from 'node:crypto';
import type { DetectedObject, EventMessage, ObservedEvent } from '#shared/detections.ts';
import type { StillPicture } from '../frames/still-pictures.ts';
import { Presence, type PresenceLimits } from './presence.ts';

export interface ObservationOptions {
  cameraId: string;
  kind: ObservedEvent['kind'];
  limits: PresenceLimits;
  notify: (message: EventMessage) => void;
}

/** Shortest pause between updates of an ongoing event, milliseconds. */
const UPDATE_EVERY_MS = 5000;
/** A picture must be worth this much more to replace the previous one. */
const BETTER_BY = 1.15;
/** Objects that are stored with a picture, best first. */
const MAX_OBJECTS = 20;
/** Track ids that an event keeps. */
const MAX_TRACKS = 50;

/** Turns findings into events. Times are Unix milliseconds of capture. */
export class Observation {
  readonly #options: ObservationOptions;
  readonly #presence: Presence;
  #event: ObservedEvent | undefined;
  #pictureWorth = 0;
  #toldAt = 0;

  constructor(options: ObservationOptions) {
    this.#options = options;
    this.#presence = new Presence(options.limits);
  }

  /** Whether an event is ongoing. */
  get isOpen(): boolean {
    return this.#event !== undefined;
  }

  /** Whether a picture of these objects would be the event's best: large and certain. */
  wantsPicture(objects: readonly DetectedObject[]): boolean {
    return this.#event !== undefined && worthOf(objects) > this.#pictureWorth * BETTER_BY;
  }

  /** Handles one picture's findings, best first. Returns whether an event began. */
  look(objects: readonly DetectedObject[], at: number): boolean {
    const change = this.#presence.look(objects.length > 0, at);
    if (change === 'begins') this.#begin(objects);
    else if (change === 'goes on') this.#goOn(objects, at);
    else if (change === 'ends') this.close();
    return change === 'begins';
  }

  /** Offers a picture of the objects; ignored if the event has a better one or has ended. */
  offerPicture({ jpeg, timestamp }: StillPicture, objects: readonly DetectedObject[]): void {
    if (!this.wantsPicture(objects)) return;
    this.#pictureWorth = worthOf(objects);
    this.#notify({
      jpeg: jpeg.toString('base64'),
      takenAt: Math.round(timestamp * 1000),
      objects: objects.slice(0, MAX_OBJECTS),
    });
  }

  /** Ends the event as of the last sighting. */
  close(): void {
    if (this.#event === undefined) return;
    this.#event.endedAt = this.#presence.lastAt;
    this.#notify();
    this.#event = undefined;
  }

  #begin(objects: readonly DetectedObject[]): void {
    const best = objects[0] as DetectedObject;
    this.#pictureWorth = 0;
    this.#event = {
      id: randomUUID(),
      cameraId: this.#options.cameraId,
      kind: this.#options.kind,
      label: best.label,
      score: best.score,
      startedAt: this.#presence.firstAt,
      updatedAt: this.#presence.lastAt,
      endedAt: null,
      zones: zonesOf(objects),
      data: { box: best.box, most: objects.length, trackIds: objects.map(({ trackId }) => trackId) },
    };
    this.#notify();
  }

  #goOn(objects: readonly DetectedObject[], at: number): void {
    const event = this.#event as ObservedEvent;
    const best = objects[0] as DetectedObject;
    event.updatedAt = at;
    const known = event.data as { box: DetectedObject['box']; most: number; trackIds: number[] };
    if (best.score > event.score) {
      event.score = best.score;
      event.label = best.label;
      known.box = best.box;
    }
    known.most = Math.max(known.most, objects.length);
    known.trackIds = [...new Set([...known.trackIds, ...objects.map(({ trackId }) => trackId)])].slice(
      -MAX_TRACKS,
    );
    const before = event.zones.length;
    event.zones = [...new Set([...event.zones, ...zonesOf(objects)])];
    if (event.zones.length > before || at - this.#toldAt >= UPDATE_EVERY_MS) this.#notify();
  }

  #notify(picture?: EventMessage['picture']): void {
    const event = structuredClone(this.#event as ObservedEvent);
    this.#toldAt = event.updatedAt;
    this.#options.notify({
      type: 'event',
      event,
      ...(picture === undefined ? {} : { picture }),
    });
  }
}

/** The score of the best object, weighed by its width and height. */
function worthOf(objects: readonly DetectedObject[]): number {
  return Math.max(0, ...objects.map(({ score, box }) => score * Math.sqrt(box[2] * box[3])));
}

function zonesOf(objects: readonly DetectedObject[]): string[] {
  return [...new Set(objects.flatMap(({ zones = [] }) => zones))];
}

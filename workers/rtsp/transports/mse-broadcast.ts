/** Fragments of one camera for Media Source Extensions: built once, for all viewers, while there are any. */
import type { AppError } from '#shared/errors.ts';
import type { CameraSet } from '../camera/camera-set.ts';
import { buildFragment, type Sample } from '../mp4/fragment.ts';
import { buildInitSegment } from '../mp4/init-segment.ts';
import { type SampleSink, SampleStream } from '../mp4/sample-stream.ts';
import type { VideoFormat } from '../mp4/video-format.ts';

/** The head of a stream: what a player is told, and its initialisation segment. */
export interface MseHead {
  codecString: string;
  width: number;
  height: number;
  init: Buffer;
}

/** One `moof` and `mdat`, the same bytes for all viewers. */
export interface MseFragment {
  data: Buffer;
  /** Whether a player can begin here. */
  keyframe: boolean;
}

/** What a viewer hears of the stream. Calls are synchronous. */
export interface MseViewer {
  /** Fragments of this head follow, a keyframe first. */
  onHead(head: MseHead): void;
  onFragment(fragment: MseFragment): void;
  /** MP4 cannot carry what the camera sends. */
  onUnsupported(error: AppError): void;
  onRemoved(): void;
}

/** A longer group is not kept: who joins then begins with the next keyframe. */
const MAX_GROUP_BYTES = 64 * 1024 * 1024;

/** All broadcasts of a worker, by camera id. */
export class MseBroadcasts {
  readonly #cameras: Pick<CameraSet, 'subscribePackets'>;
  readonly #broadcasts = new Map<string, Broadcast>();

  constructor(cameras: Pick<CameraSet, 'subscribePackets'>) {
    this.#cameras = cameras;
  }

  /** Adds a viewer, who gets the current group of pictures at once; a camera that is not there is waited for. */
  join(cameraId: string, viewer: MseViewer): { close(): void } {
    const known = this.#broadcasts.get(cameraId);
    const broadcast = known ?? new Broadcast();
    broadcast.add(viewer);
    if (known === undefined) {
      this.#broadcasts.set(cameraId, broadcast);
      broadcast.start((stream) => this.#cameras.subscribePackets(cameraId, stream));
    }
    return {
      close: () => {
        if (broadcast.remove(viewer) > 0 || this.#broadcasts.get(cameraId) !== broadcast) return;
        this.#broadcasts.delete(cameraId);
        broadcast.close();
      },
    };
  }
}

class Broadcast implements SampleSink {
  readonly #viewers = new Set<MseViewer>();
  #subscription: { close(): void } | undefined;
  #head: MseHead | undefined;
  #unsupported: AppError | undefined;
  /** Fragments since the newest keyframe. */
  #group: MseFragment[] = [];
  #groupBytes = 0;
  #sequence = 0;

  start(subscribe: (stream: SampleStream) => { close(): void }): void {
    this.#subscription = subscribe(new SampleStream(this));
  }

  close(): void {
    this.#subscription?.close();
  }

  add(viewer: MseViewer): void {
    this.#viewers.add(viewer);
    if (this.#unsupported !== undefined) viewer.onUnsupported(this.#unsupported);
    if (this.#head === undefined) return;
    viewer.onHead(this.#head);
    for (const fragment of this.#group) viewer.onFragment(fragment);
  }

  /** @returns how many viewers are left */
  remove(viewer: MseViewer): number {
    this.#viewers.delete(viewer);
    return this.#viewers.size;
  }

  onFormat(format: VideoFormat): void {
    const init = buildInitSegment(format);
    this.#unsupported = undefined;
    this.#clearGroup();
    // A camera that comes back as it was goes on where it stopped.
    if (this.#head?.init.equals(init)) return;
    const { codecString, width, height } = format;
    const head = { codecString, width, height, init };
    this.#head = head;
    this.#tell((viewer) => viewer.onHead(head));
  }

  onSample(sample: Sample): void {
    this.#sequence += 1;
    const fragment = { data: buildFragment(this.#sequence, [sample]), keyframe: sample.keyframe };
    this.#keep(fragment);
    this.#tell((viewer) => viewer.onFragment(fragment));
  }

  onUnsupported(error: AppError): void {
    this.#forget();
    this.#unsupported = error;
    this.#tell((viewer) => viewer.onUnsupported(error));
  }

  onRemoved(): void {
    this.#forget();
    this.#tell((viewer) => viewer.onRemoved());
  }

  #keep(fragment: MseFragment): void {
    if (fragment.keyframe) this.#clearGroup();
    else if (this.#group.length === 0) return;
    this.#group.push(fragment);
    this.#groupBytes += fragment.data.length;
    if (this.#groupBytes > MAX_GROUP_BYTES) this.#clearGroup();
  }

  #forget(): void {
    this.#head = undefined;
    this.#unsupported = undefined;
    this.#clearGroup();
  }

  #clearGroup(): void {
    this.#group = [];
    this.#groupBytes = 0;
  }

  #tell(say: (viewer: MseViewer) => void): void {
    for (const viewer of [...this.#viewers]) say(viewer);
  }
}

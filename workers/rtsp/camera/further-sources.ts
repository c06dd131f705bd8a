/** The sources of a camera beside its main stream: a smaller stream and still pictures. */
import { type MainSource, withMainCredentials } from '#shared/camera-source.ts';
import type { PictureHub } from '../pictures/picture-hub.ts';
import type { CameraDependencies } from './camera.ts';
import { StillPictures } from './still-pictures.ts';
import { SubStream } from './sub-stream.ts';

export interface FurtherSourcesOptions {
  cameraId: string;
  dependencies: CameraDependencies;
  /** Gets the pictures of the smaller stream. */
  hub: PictureHub;
  /** The smaller stream went live, or is no longer. */
  onSub: () => void;
}

/** Makes what the main source names; nothing is connected yet. */
export function furtherSources(
  source: MainSource,
  { cameraId, dependencies, hub, onSub }: FurtherSourcesOptions,
): { sub: SubStream | undefined; still: StillPictures | undefined } {
  const { fetchStill, media, maxPixels } = dependencies;
  const sub =
    source.sub === undefined
      ? undefined
      : new SubStream({
          cameraId,
          source: withMainCredentials(source.sub, source),
          dependencies,
          hub,
          onChange: onSub,
        });
  const still =
    source.still === undefined || fetchStill === undefined
      ? undefined
      : new StillPictures({
          cameraId,
          source: withMainCredentials(source.still, source),
          fetch: fetchStill,
          media,
          maxPixels,
        });
  return { sub, still };
}

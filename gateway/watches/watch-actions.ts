/** What a watch does when it fires, beside its event. */
import type { WatchAction } from '#shared/contract/watch.ts';

/** What acts. */
export interface ActionTargets {
  /** Announces, then moves. @throws AppError `ptz-busy` while a person moves the camera, and those of its controls */
  goToPreset(cameraId: string, preset: string): Promise<unknown>;
}

/** Runs the actions of a watch one after another; one that fails does not keep the others. */
export async function act(
  actions: readonly WatchAction[],
  cameraId: string,
  targets: ActionTargets,
): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (const action of actions) {
    try {
      await targets.goToPreset(action.cameraId ?? cameraId, action.preset);
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}

/** What a watch does when it fires, beside its event. */
import type { WatchAction } from '#shared/contract/watch.ts';
import type { EventState } from '../events/event.ts';

/** What acts. */
export interface ActionTargets {
  /** Announces, then moves. @throws AppError `ptz-busy` while a person moves the camera, and those of its controls */
  goToPreset(cameraId: string, preset: string): Promise<unknown>;
}

/** Who can be told. */
export interface ToldTargets {
  /** @throws AppError `notification-not-found`, and `invalid-field` for a webhook that is none */
  expect(notificationId: string, isWebhook: boolean): void;
  /** Stores a notice of an event. @throws AppError `notification-not-found`, `storage-*` */
  tell(notificationId: string, event: EventState, isUrgent: boolean): Promise<void>;
}

/** Everything that actions reach. */
export interface ActionReach {
  targets: ActionTargets;
  notices: ToldTargets;
}

/** Checks actions before they are stored. @throws AppError as {@link ToldTargets.expect} */
export function expectActions(actions: readonly WatchAction[], notices: ToldTargets): void {
  for (const action of actions)
    if (action.kind !== 'ptz-preset') notices.expect(action.notificationId, action.kind === 'webhook');
}

/**
 * Runs the actions of a watch one after another; one that fails does not keep the others.
 * @param event that the watch fired
 */
export async function act(
  actions: readonly WatchAction[],
  event: EventState,
  reach: ActionReach,
): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (const action of actions) {
    try {
      await actOne(action, event, reach);
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}

async function actOne(action: WatchAction, event: EventState, { targets, notices }: ActionReach) {
  if (action.kind === 'ptz-preset')
    await targets.goToPreset(action.cameraId ?? event.cameraId, action.preset);
  else await notices.tell(action.notificationId, event, action.kind === 'webhook');
}

/** Which workers may give video of agents' cameras: placement binds such a camera to them by a label of its own. */
import type { Labels } from '#shared/worker-labels.ts';
import type { KnownWorker } from './placement-repository.ts';

/** Labels of what gives the video of an agent's camera. */
export const MIRROR_LABELS: Labels = { 'gateway/mirror': '1' };

/** What workers carry; a process of a gateway, which dials that gateway, carries {@link MIRROR_LABELS} as well. */
export function labelsCarriedBy(
  workers: readonly Pick<KnownWorker, 'name' | 'labels' | 'address'>[],
): Map<string, Labels> {
  return new Map(
    workers.map(({ name, labels, address }) => {
      const given = JSON.parse(labels) as Labels;
      // Workers that others start have no address in the database.
      return [name, address === null ? given : { ...given, ...MIRROR_LABELS }];
    }),
  );
}

/** Announces state changes of cameras to screen readers. */
import type { App } from './app-state.ts';
import { describeCamera } from './camera-words.ts';

/** Returns the function to call after every update; the first state is not announced. */
export function announceChanges(app: App): () => void {
  let labels: Map<string, string> | undefined;
  return () => {
    const { cameras, statuses, workers } = app.state.gateway;
    const current = new Map(
      [...cameras.values()].map((camera) => {
        const worker = workers.find(({ name }) => name === camera.worker);
        const { label } = describeCamera({ camera, status: statuses.get(camera.id), worker, now: app.now });
        return [camera.id, label];
      }),
    );
    const before = labels;
    labels = current;
    if (before === undefined) return;
    const news = [...current].filter(([id, label]) => before.has(id) && before.get(id) !== label);
    if (news.length === 0) return;
    app.announce(news.map(([id, label]) => `${cameras.get(id)?.name}: ${label}`).join('. '));
  };
}

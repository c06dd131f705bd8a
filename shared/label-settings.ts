/** Labels of workers, as settings. */
import { type Environment, readText, SettingsError } from './settings.ts';
import { type Labels, parseLabels } from './worker-labels.ts';

/** What a worker carries by `WORKER_LABELS`. @throws SettingsError */
export function readLabels(env: Environment): Labels {
  const text = readText(env, 'WORKER_LABELS', '');
  const labels = parseLabels(text);
  if (labels === undefined) throw new SettingsError('WORKER_LABELS', text, 'pairs like site=berlin,gpu=1');
  return labels;
}

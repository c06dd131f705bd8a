/** Reads the bodies of requests that create or change watches. */
import { parseFields } from '#shared/camera.ts';
import { newWatchSchema, watchChangesSchema } from '#shared/contract/watch.ts';
import { AppError } from '#shared/errors.ts';
import type { Condition, WatchSettings } from './watch.ts';

const DEFAULT_COOLDOWN_MS = 60_000;
/** Default pause between two questions during motion. */
const DEFAULT_BURST_MS = 2000;

/** Reads the body of `POST /api/watches`. @throws AppError `missing-field` or `invalid-field`, naming the field */
export function parseNewWatch(body: unknown): WatchSettings {
  expectFields(body, ['cameraId', 'skill']);
  const {
    cameraId,
    skill,
    prompt = '',
    everyMs,
    onMotion = false,
    n = 1,
    ...rest
  } = parseFields(newWatchSchema, body);
  if (everyMs === undefined && !onMotion)
    throw missing('everyMs', 'Missing required fields: everyMs or onMotion');
  return checked({
    cameraId,
    skill,
    prompt,
    everyMs: everyMs ?? DEFAULT_BURST_MS,
    onMotion,
    condition: rest.condition ?? usualCondition(skill),
    n,
    of: rest.of ?? n,
    cooldownMs: rest.cooldownMs ?? DEFAULT_COOLDOWN_MS,
    deliver: rest.deliver ?? false,
    area: rest.area ?? null,
    zone: rest.zone ?? null,
    provider: rest.provider ?? null,
    actions: rest.actions ?? [],
    enabled: rest.enabled ?? true,
  });
}

/** Applies the body of `PATCH /api/watches/:id`. @throws AppError `invalid-field`, naming the field */
export function applyWatchChanges(before: WatchSettings, body: unknown): WatchSettings {
  const changes = parseFields(watchChangesSchema, body);
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length === 0) {
    throw new AppError('invalid-field', 'The body names nothing to change', { field: 'body' });
  }
  const after = { ...before, ...otherPlace(changes), ...given } as WatchSettings;
  const isOther = after.skill !== before.skill && changes.condition === undefined;
  return checked(isOther ? { ...after, condition: usualCondition(after.skill) } : after);
}

/** An area takes the place of a zone, and a zone that of an area. */
function otherPlace({ area, zone }: { area?: unknown; zone?: unknown }): Partial<WatchSettings> {
  if (area !== undefined && area !== null && zone === undefined) return { zone: null };
  return zone !== undefined && zone !== null && area === undefined ? { area: null } : {};
}

function usualCondition(skill: WatchSettings['skill']): Condition {
  if (skill === 'caption') throw missing('condition', 'A caption needs a condition: {"contains": "..."}');
  return skill === 'query' ? { answer: 'yes' } : { atLeast: 1 };
}

function checked(watch: WatchSettings): WatchSettings {
  const { skill, prompt, condition, n, of, area, zone } = watch;
  if (area !== null && zone !== null) throw invalid('zone', 'zone: only one of area and zone can be given');
  if (of < n) throw invalid('of', 'of must not be smaller than n');
  if (prompt === '' && skill !== 'caption') throw missing('prompt', 'Missing required fields: prompt');
  if (prompt !== '' && skill === 'caption') throw invalid('prompt', 'prompt: a caption takes none');
  if (!allows(skill, condition)) throw invalid('condition', `condition: ${skill} takes ${CONDITIONS[skill]}`);
  return watch;
}

function allows(skill: WatchSettings['skill'], condition: Condition): boolean {
  if ('contains' in condition) return skill === 'query' || skill === 'caption';
  return 'answer' in condition ? skill === 'query' : skill !== 'caption';
}

const NUMBERS = '{"atLeast": number}, {"atMost": number} or {"changed": true}';
const CONDITIONS = {
  query: `"yes", "no", {"contains": "..."}, ${NUMBERS}`,
  caption: '{"contains": "..."}',
  detect: NUMBERS,
  point: NUMBERS,
};

function expectFields(body: unknown, names: readonly string[]): void {
  const given = typeof body === 'object' && body !== null ? body : {};
  const absent = names.filter((name) => [undefined, null, ''].includes(Reflect.get(given, name)));
  if (absent.length > 0) throw missing(absent[0] as string, `Missing required fields: ${absent.join(', ')}`);
}

function missing(field: string, message: string): AppError {
  return new AppError('missing-field', message, { field });
}

function invalid(field: string, message: string): AppError {
  return new AppError('invalid-field', message, { field });
}

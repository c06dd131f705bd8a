/** A watch while it is edited. */
import type { WatchAction } from '#shared/client/api-types.ts';
import type { NewWatch, StandingWatch, WatchCondition } from '#shared/client/watches.ts';

/** Conditions of the editor, by name. */
export const CONDITION_CHOICES = {
  yes: 'the answer is yes',
  no: 'the answer is no',
  contains: 'the answer contains',
  atLeast: 'the number is at least',
  atMost: 'the number is at most',
  changed: 'the number changes',
} as const;
export type ConditionName = keyof typeof CONDITION_CHOICES;

/** Fields as people write them. */
export interface WatchDraft {
  cameraId: string;
  skill: NewWatch['skill'];
  prompt: string;
  condition: ConditionName;
  /** Word or number of the condition. */
  value: string;
  everySeconds: string;
  onMotion: boolean;
  n: string;
  of: string;
  cooldownSeconds: string;
  /** Left, top, width and height in percent; empty: the whole picture. */
  area: string;
  /** Name of a zone of the camera, in place of an area; empty: none. */
  zone: string;
  /** Id of a preset; empty: none. */
  preset: string;
  /** Id of the notification that is told; empty: none. */
  tell: string;
  /** Whether it is called for each event alone, as only webhooks are. */
  isCalled: boolean;
  /** Actions that the form does not show. */
  further: readonly WatchAction[];
  deliver: boolean;
}

/** Which conditions a skill has. */
export function conditionsOf(skill: WatchDraft['skill']): readonly ConditionName[] {
  if (skill === 'caption') return ['contains'];
  const numbers = ['atLeast', 'atMost', 'changed'] as const;
  return skill === 'query' ? ['yes', 'no', 'contains', ...numbers] : numbers;
}

/** A new watch, filled from a link such as `#/watches/new?camera=1&kind=ask&question=…`. */
export function newDraft(query: URLSearchParams, cameraId: string): WatchDraft {
  const kind = query.get('kind') ?? 'ask';
  const isQuestion = kind === 'ask';
  return {
    cameraId: query.get('camera') ?? cameraId,
    skill: isQuestion ? 'query' : kind === 'point' ? 'point' : 'detect',
    prompt: query.get(isQuestion ? 'question' : 'object') ?? '',
    condition: isQuestion ? 'yes' : 'atLeast',
    value: isQuestion ? '' : '1',
    everySeconds: '60',
    onMotion: false,
    n: '1',
    of: '1',
    cooldownSeconds: '60',
    area: query.get('area') ?? '',
    zone: '',
    preset: '',
    tell: '',
    isCalled: false,
    further: [],
    deliver: false,
  };
}

/** A stored watch, to be changed. */
export function draftOf(watch: StandingWatch): WatchDraft {
  const { condition, actions } = watch;
  const move = actions.find((action) => action.kind === 'ptz-preset' && action.cameraId === undefined);
  const tell = actions.find(({ kind }) => kind !== 'ptz-preset');
  return {
    cameraId: watch.cameraId,
    skill: watch.skill,
    prompt: watch.prompt,
    condition: nameOf(condition),
    value: 'answer' in condition || 'changed' in condition ? '' : String(Object.values(condition)[0]),
    everySeconds: String(watch.everyMs / 1000),
    onMotion: watch.onMotion,
    n: String(watch.n),
    of: String(watch.of),
    cooldownSeconds: String(watch.cooldownMs / 1000),
    area: watch.area === null ? '' : areaText(watch.area),
    zone: watch.zone ?? '',
    preset: move?.kind === 'ptz-preset' ? move.preset : '',
    tell: tell !== undefined && tell.kind !== 'ptz-preset' ? tell.notificationId : '',
    isCalled: tell?.kind === 'webhook',
    further: actions.filter((action) => action !== move && action !== tell),
    deliver: watch.deliver,
  };
}

/** Left, top, width and height in percent, to a tenth. */
export function areaText(area: readonly number[]): string {
  return area.map((share) => Math.round(share * 1000) / 10).join(', ');
}

/** From 0 to 1; undefined where it is not an area yet. */
export function areaOf(text: string): [number, number, number, number] | undefined {
  const shares = sharesOf(text);
  const isWhole = shares.length === 4 && shares.every((share) => share >= 0 && share <= 1);
  return isWhole ? (shares as [number, number, number, number]) : undefined;
}

function sharesOf(text: string): number[] {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  return parts.map((part) => Math.round(Number(part) * 10) / 1000);
}

/** The body that the gateway takes; what is no number is left to it to refuse, naming the field. */
export function bodyOf(draft: WatchDraft): NewWatch {
  const { cameraId, skill, prompt, onMotion, area, zone, deliver } = draft;
  const shares = sharesOf(zone === '' ? area : '');
  return {
    cameraId,
    skill,
    prompt: skill === 'caption' ? '' : prompt.trim(),
    condition: conditionOf(draft),
    everyMs: Number(draft.everySeconds) * 1000,
    onMotion,
    n: Number(draft.n),
    of: Number(draft.of),
    cooldownMs: Number(draft.cooldownSeconds) * 1000,
    area: shares.length === 0 ? null : (shares as NewWatch['area']),
    zone: zone === '' ? null : zone,
    actions: actionsOf(draft) as NewWatch['actions'],
    deliver,
  };
}

function actionsOf({ preset, tell, isCalled, further }: WatchDraft): WatchAction[] {
  const id = preset.trim();
  return [
    ...(id === '' ? [] : [{ kind: 'ptz-preset' as const, preset: id }]),
    ...(tell === ''
      ? []
      : [{ kind: isCalled ? ('webhook' as const) : ('notification' as const), notificationId: tell }]),
    ...further,
  ];
}

function conditionOf({ condition, value }: WatchDraft): WatchCondition {
  if (condition === 'yes' || condition === 'no') return { answer: condition };
  if (condition === 'contains') return { contains: value.trim() };
  if (condition === 'changed') return { changed: true };
  return condition === 'atLeast' ? { atLeast: Number(value) } : { atMost: Number(value) };
}

function nameOf(condition: WatchCondition): ConditionName {
  return 'answer' in condition ? condition.answer : (Object.keys(condition)[0] as ConditionName);
}

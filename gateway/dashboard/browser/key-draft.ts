/** What the user chooses of a new key. */
import type { Key, NewPairing } from '#shared/client/api-types.ts';

/** Choices of the form. */
export interface KeyDraft {
  name: string;
  scope: Key['scope'];
  /** Whether the key is for the chosen cameras only. */
  isLimited: boolean;
  cameras: ReadonlySet<string>;
  /** Days until it expires; 0: never. */
  days: number;
}

export const SCOPES: readonly (readonly [Key['scope'], string])[] = [
  ['view', 'Look'],
  ['operate', 'Look, move cameras and ask'],
  ['admin', 'Everything'],
];
/** Days and what they are called. */
export const EXPIRIES: readonly (readonly [string, string])[] = [
  ['0', 'Never'],
  ['1', 'In a day'],
  ['30', 'In 30 days'],
  ['365', 'In a year'],
];
const DAY_MS = 24 * 60 * 60 * 1000;

export function emptyDraft(): KeyDraft {
  return { name: '', scope: 'view', isLimited: false, cameras: new Set(), days: 0 };
}

/** The rights as the gateway takes them. @param now Unix milliseconds of the gateway */
export function rightsOf({ scope, isLimited, cameras, days }: KeyDraft, now: number): NewPairing {
  return {
    scope,
    ...(isLimited ? { cameras: [...cameras] } : {}),
    ...(days === 0 ? {} : { expires: new Date(now + days * DAY_MS).toISOString() }),
  };
}

/** Why a draft cannot be sent; undefined if it can. */
export function faultOf({ isLimited, cameras }: KeyDraft): string | undefined {
  return isLimited && cameras.size === 0 ? 'Choose at least one camera.' : undefined;
}

/** Scope and cameras of a key in words. @param nameOf name of a camera */
export function rightsInWords({ scope, cameras }: Key, nameOf: (id: string) => string): string {
  const what = SCOPES.find(([known]) => known === scope)?.[1] ?? scope;
  return `${what} · ${cameras === null ? 'all cameras' : cameras.map(nameOf).join(', ')}`;
}

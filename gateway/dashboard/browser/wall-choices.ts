/** What the user chose for the wall of cameras: kept in this browser. */
import { DENSITIES, type Density } from './wall-layout.ts';

/** The choices. */
export interface WallChoices {
  /** Undefined: by the number of cameras. */
  density: Density | undefined;
  isGrouped: boolean;
  /** Ids in the user's order; cameras that are missing follow in the gateway's order. */
  order: readonly string[];
}

const KEY = 'wall';

/** Reads them; what cannot be read is as if nothing was chosen. */
export function readChoices(): WallChoices {
  try {
    const { density, isGrouped, order } = JSON.parse(
      localStorage.getItem(KEY) ?? '{}',
    ) as Partial<WallChoices>;
    return {
      density: DENSITIES.find((known) => known === density),
      isGrouped: isGrouped === true,
      order: Array.isArray(order) ? order.filter((id) => typeof id === 'string') : [],
    };
  } catch {
    return { density: undefined, isGrouped: false, order: [] };
  }
}

/** Keeps them. */
export function keepChoices(choices: WallChoices): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // Private windows may have no storage; the choice then lasts for this page.
  }
}

/** Puts ids into the user's order; those that it does not name stay behind, in theirs. */
export function inOrder(ids: readonly string[], order: readonly string[]): string[] {
  const places = new Map(order.map((id, index) => [id, index]));
  const placeOf = (id: string): number => places.get(id) ?? order.length;
  return [...ids].sort((a, b) => placeOf(a) - placeOf(b));
}

/** Moves an id to the place of another; the others close up. */
export function movedTo(ids: readonly string[], id: string, target: string): string[] {
  const to = ids.indexOf(target);
  if (to === -1 || !ids.includes(id)) return [...ids];
  const others = ids.filter((other) => other !== id);
  return [...others.slice(0, to), id, ...others.slice(to)];
}

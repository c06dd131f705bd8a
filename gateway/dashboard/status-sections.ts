/** The gateway's state in sections, and the difference between two states. */

import type { ReasonStatus } from '#shared/contract/reason-provider.ts';

/** A member of a section, by id: sent only when it changed. */
export type Members = Record<string, object | null>;

/** Everything the dashboard shows without a request. */
export interface StatusSections {
  /** Camera ids in order. */
  ids: readonly string[];
  /** Cameras as `GET /api/cameras` shows them, with the name of their worker. */
  cameras: Members;
  /** Status of each camera; null while unknown. */
  statuses: Members;
  workers: readonly object[];
  gateway: object;
  /** Database, deliveries and other parts of `/health`. */
  services: Record<string, unknown>;
}

/** The part of a state that concerns some cameras, for a client that is limited to them. */
export function sectionsOf(
  { ids, cameras, statuses, gateway, services }: StatusSections,
  visible: ReadonlySet<string>,
): StatusSections {
  const only = (members: Members): Members =>
    Object.fromEntries(Object.entries(members).filter(([id]) => visible.has(id)));
  const mine = { ids: ids.filter((id) => visible.has(id)), cameras: only(cameras), statuses: only(statuses) };
  return { ...mine, gateway, workers: [], services: servicesOf(services) };
}

/** Whether and what cameras can be asked: such a client may ask those that it sees. */
function servicesOf({ reasoning }: Record<string, unknown>): Record<string, unknown> {
  if (reasoning === undefined) return {};
  const { configured, providers } = reasoning as Pick<ReasonStatus, 'configured' | 'providers'>;
  const skilled = providers.map(({ configured: isSetUp, skills }) => ({ configured: isSetUp, skills }));
  return { reasoning: { configured, providers: skilled } };
}

/** A state as JSON text, kept for comparison. */
export class StatusText {
  readonly #texts: Map<string, string>;
  readonly #members: Record<'cameras' | 'statuses', Map<string, string>>;

  constructor(sections: StatusSections) {
    const { cameras, statuses, ...whole } = sections;
    this.#texts = toTexts(whole);
    this.#members = { cameras: toTexts(cameras), statuses: toTexts(statuses) };
  }

  /** The whole state, as the body of a message. @param now Unix milliseconds */
  whole(now: number): string {
    return this.#compose(now, undefined) as string;
  }

  /** The difference from another state; undefined when there is none. */
  since(before: StatusText, now: number): string | undefined {
    return this.#compose(now, before);
  }

  #compose(now: number, before: StatusText | undefined): string | undefined {
    const parts = changed(this.#texts, before === undefined ? undefined : before.#texts);
    for (const name of ['cameras', 'statuses'] as const) {
      const members = changed(this.#members[name], before === undefined ? undefined : before.#members[name]);
      if (members.length > 0 || before === undefined) parts.push(`"${name}":{${members.join(',')}}`);
    }
    return parts.length === 0 ? undefined : `{"now":${now},${parts.join(',')}}`;
  }
}

function toTexts(values: object): Map<string, string> {
  return new Map(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value) ?? 'null']));
}

function changed(texts: Map<string, string>, before: Map<string, string> | undefined): string[] {
  return [...texts]
    .filter(([name, text]) => before?.get(name) !== text)
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`);
}

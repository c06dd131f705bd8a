/** What the gateway's state tells of reasoning, and what the user may do there. */
import type { ReasonStatus } from '#shared/client/reason.ts';
import type { App } from './app-state.ts';
import type { ShownServices } from './status.ts';

type Reasoning = Pick<ReasonStatus, 'configured' | 'providers'>;

/** Whether any provider can be asked. */
export function canAskProvider({ reasoning }: ShownServices): boolean {
  return (reasoning as Reasoning | undefined)?.configured === true;
}

/** Whether a provider that is set up takes several pictures in one question. */
export function takesSeveralPictures({ reasoning }: ShownServices): boolean {
  const providers = (reasoning as Reasoning | undefined)?.providers ?? [];
  return providers.some(({ configured, skills }) => configured && skills.severalPictures);
}

/** How many providers are set up and fail. */
export function failingProviders({ reasoning }: ShownServices): number {
  return (
    (reasoning as Reasoning | undefined)?.providers.filter(({ state }) => state === 'failing').length ?? 0
  );
}

/** Whether the user may ask, once that is known; the gateway checks in any case. */
export function mayAsk({ canAct }: App): boolean {
  return canAct;
}

/** Whether the user may set up a provider, once that is known; the gateway checks in any case. */
export function isAdmin({ state }: App): boolean {
  return state.access?.role === 'admin';
}

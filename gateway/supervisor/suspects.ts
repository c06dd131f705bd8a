/** Tells from the end of a worker which cameras may have broken it. */
import type { TrailEnd } from '#shared/work-trail.ts';
import type { EndReason, WorkerExit } from './worker-status.ts';

/** Signals of a process that did something impossible; V8 without memory is among them (SIGABRT). */
const CRASHES: ReadonlySet<string> = new Set([
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGSYS',
  'SIGTRAP',
]);
/** An uncaught exception. */
const EXIT_CRASHED = 1;

/** @param trail what the worker was working on @returns names of cameras, each once */
export function suspectsOf(reason: EndReason, exit: WorkerExit, trail: TrailEnd | undefined): string[] {
  if (trail === undefined) return [];
  const main = trail.main === undefined ? [] : [trail.main];
  const all = [...new Set([...main, ...trail.others])];
  // While the main thread hangs, work that other threads have finished is still noted.
  if (reason === 'liveness') return main.length > 0 ? main : all;
  if (reason === 'memory') return all;
  if (reason !== 'exit') return [];
  if (exit.code === EXIT_CRASHED) return main.length > 0 ? main : all;
  if (exit.signal !== null && CRASHES.has(exit.signal)) return all;
  // The kernel without memory, or an operator: chance must not point at several.
  return exit.signal === 'SIGKILL' && all.length === 1 ? all : [];
}

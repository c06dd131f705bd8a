/**
 * Readers for environment variables. Each takes the environment as an argument, so that
 * only `config` files access that of the process; each throws a {@link SettingsError} that names
 * the variable, its value and the allowed values.
 */

import { maskUrl } from './redact.ts';

/** An invalid environment variable; the process does not start. */
export class SettingsError extends Error {
  /** @param value passwords in its URLs are masked */
  constructor(variable: string, value: string, allowed: string) {
    super(`${variable} is ${JSON.stringify(maskUrl(value))}, but must be ${allowed}`);
    this.name = 'SettingsError';
  }
}

/** Exit code after a bad setting: do not restart. */
export const EXIT_BAD_SETTINGS = 78;

/** The environment as it was handed to the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

function present(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** Text, or the fallback when unset or empty. */
export function readText(env: Environment, name: string, fallback: string): string {
  return present(env, name) ?? fallback;
}

/** Text, or undefined when unset or empty. */
export function readOptional(env: Environment, name: string): string | undefined {
  return present(env, name);
}

/** A whole number within inclusive bounds. */
export function readInteger(
  env: Environment,
  name: string,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number {
  const text = present(env, name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new SettingsError(name, text, `a whole number from ${min} to ${max}`);
  }
  return value;
}

/** One of a fixed set of words. */
export function readChoice<const T extends string>(
  env: Environment,
  name: string,
  { fallback, choices }: { fallback: T; choices: readonly T[] },
): T {
  const text = present(env, name);
  if (text === undefined) return fallback;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new SettingsError(name, text, `one of ${choices.join(', ')}`);
  return found;
}

/** `on` or `off` (also true/false, 1/0, yes/no). */
export function readSwitch(env: Environment, name: string, fallback: boolean): boolean {
  const text = present(env, name)?.toLowerCase();
  if (text === undefined) return fallback;
  if (['on', 'true', '1', 'yes'].includes(text)) return true;
  if (['off', 'false', '0', 'no'].includes(text)) return false;
  throw new SettingsError(name, text, 'on or off');
}

/** An absolute http(s) URL without a trailing slash, or undefined. */
export function readHttpUrl(env: Environment, name: string): string | undefined {
  const text = present(env, name);
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) {
    throw new SettingsError(name, text, 'an absolute http:// or https:// URL');
  }
  return text.replace(/\/+$/, '');
}

/** The pino level of a process. */
export function readLogLevel(env: Environment): string {
  return readChoice(env, 'LOG_LEVEL', {
    fallback: 'info',
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
  });
}

/** Whether log lines are for people: `LOG_FORMAT`, else whether they go to a terminal. */
export function readIsPrettyLog(env: Environment, isTerminal: boolean): boolean {
  const choices = ['auto', 'pretty', 'json'] as const;
  const format = readChoice(env, 'LOG_FORMAT', { fallback: 'auto', choices });
  return format === 'pretty' || (format === 'auto' && isTerminal);
}

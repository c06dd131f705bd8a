/** Files with the certificates of authorities that operators trust. */
import { readFileSync } from 'node:fs';
import { type Environment, readOptional, SettingsError } from '#shared/settings.ts';

/** The certificates in the file that a variable names, PEM; undefined: those of Node. @throws SettingsError */
export function readCaFile(env: Environment, name: string): string | undefined {
  const file = readOptional(env, name);
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError(name, file, `the path of a file that can be read (${code})`);
  }
  throw new SettingsError(name, file, 'a file with certificates in PEM');
}

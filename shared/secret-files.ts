/** Secrets from files, as Docker and Kubernetes mount them: `API_TOKEN_FILE` in place of `API_TOKEN`. */
import { readFileSync } from 'node:fs';
import { type Environment, SettingsError } from './settings.ts';

/**
 * Replaces every `NAME_FILE` by what the file holds, without surrounding white space.
 * @param names settings that hold a secret
 * @throws SettingsError for a file that cannot be read or is empty, and where both variables are set
 */
export function readSecretFiles(env: Environment, names: readonly string[]): Environment {
  const fromFiles = names.flatMap((name) => {
    const variable = `${name}_FILE`;
    const file = env[variable]?.trim();
    if (file === undefined || file === '') return [];
    if ((env[name] ?? '').trim() !== '')
      throw new SettingsError(variable, file, `unset while ${name} is set: use one of the two`);
    return [[name, readSecretFile(variable, file)]];
  });
  return { ...env, ...Object.fromEntries(fromFiles) };
}

function readSecretFile(variable: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError(variable, file, `the path of a file that can be read (${code})`);
  }
  if (text === '') throw new SettingsError(variable, file, 'the path of a file that is not empty');
  return text;
}

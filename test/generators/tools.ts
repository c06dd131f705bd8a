/** Tools that read the OpenAPI document. `.ci/generators/install` installs them, apart from the product's packages. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const TIMEOUT_MS = 120_000;
const MAX_OUTPUT = 64 * 1024 * 1024;

const FOLDER = new URL('../../.ci/generators/', import.meta.url);
/** The Python that has openapi-python-client. */
export const PYTHON = fileURLToPath(new URL('python/bin/python', FOLDER));

/** Whether they are installed. */
export function hasGenerators(): boolean {
  return existsSync(PYTHON) && existsSync(packageFile('openapi-typescript/package.json'));
}

/** A file beside their list. */
export function generatorFile(path: string): string {
  return fileURLToPath(new URL(path, FOLDER));
}

/** A file in one of their packages. */
export function packageFile(path: string): string {
  return generatorFile(`node_modules/${path}`);
}

/** Runs a program to its end. @returns what it printed @throws Error with what it printed when it fails */
export async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const path = `${dirname(PYTHON)}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH: path, REDOCLY_TELEMETRY: 'off' };
  try {
    return (await execute(program, args, { cwd, env, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT })).stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}

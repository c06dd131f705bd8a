/** What the gateway cannot run without; checked before the rest is loaded, so that one sentence says what is missing. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The part of `process` that says where the gateway runs. */
export type Runtime = Pick<NodeJS.Process, 'version' | 'platform' | 'arch'>;

const LEAST_NODE = 24;

/**
 * Finds the first requirement that is not met.
 * @param isInstalled whether a folder of that name is among the installed packages
 * @returns a sentence for the operator; undefined when everything is there
 */
export function missingRequirement(
  { version, platform, arch }: Runtime,
  isInstalled: (name: string) => boolean = isPackageInstalled,
): string | undefined {
  if (Number(/^v(\d+)/.exec(version)?.[1]) < LEAST_NODE)
    return `This is Node ${version}, but Node ${LEAST_NODE} or newer is needed: "npm start" uses the one that is installed with the gateway`;
  const binary = `node-av-${platform}-${arch}`;
  // Windows has one package for each compiler.
  const names = platform === 'win32' ? [`${binary}-msvc`, `${binary}-mingw`] : [binary];
  if (names.some((name) => isInstalled(`@seydx/${name}`))) return undefined;
  return `FFmpeg for ${platform} on ${arch} (@seydx/${names[0]}) is not installed: run "npm ci" without --omit=optional`;
}

function isPackageInstalled(name: string): boolean {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return folders.some((folder) => existsSync(join(folder, name)));
}

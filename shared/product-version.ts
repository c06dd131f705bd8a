/** The version of the product. */
import { readFileSync } from 'node:fs';

/** As in package.json. */
export function productVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

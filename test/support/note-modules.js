/**
 * Imported before a program: appends the address of every module that it loads to the file NOTED_MODULES,
 * and `fetch` when Node's client behind it is loaded.
 */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const hasFetch = process.moduleLoadList.includes('NativeModule internal/deps/undici/undici');
    appendFileSync(process.env.NOTED_MODULES, `${url}\n${hasFetch ? 'fetch\n' : ''}`);
    return loaded;
  },
});

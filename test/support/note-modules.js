/** Imported before a program: appends the address of every module that it loads to the file NOTED_MODULES. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.NOTED_MODULES, `${url}\n`);
    return next(url, context);
  },
});

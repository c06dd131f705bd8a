/** A package that cannot be loaded for a while: too many open files, a disk that fails. */
import { registerHooks } from 'node:module';

/** Breaks imports of a package until they are mended. @returns the function that mends them */
export function breakImport(name: string): () => void {
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === name) throw new Error(`${name} cannot be loaded`);
      return next(specifier, context);
    },
  });
  return () => hooks.deregister();
}

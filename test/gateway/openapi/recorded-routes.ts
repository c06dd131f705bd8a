/** Which routes an Express application has, with the paths they are mounted at: Express itself forgets those. */
import { type Express, Router } from 'express';

type Path = string | readonly string[];

interface Recorded {
  path: Path;
  /** Methods of a route, by lower-case name; `_all` for any. */
  methods?: Record<string, boolean>;
  /** What was mounted. */
  mounted?: unknown;
}

/** What this uses of the prototype of routers (package `router`, which Express re-exports). */
interface RouterPrototype {
  use(...args: unknown[]): unknown;
  route(path: Path): { methods: Record<string, boolean> };
}

/** Records what is given to routers from now on. */
export class RecordedRoutes {
  readonly #routers = new Map<unknown, Recorded[]>();
  readonly #prototype = Router.prototype as unknown as RouterPrototype;
  readonly #originals = { use: this.#prototype.use, route: this.#prototype.route };

  constructor() {
    const { use, route } = this.#originals;
    const note = (router: unknown, recorded: Recorded): void => {
      this.#routers.set(router, [...(this.#routers.get(router) ?? []), recorded]);
    };
    this.#prototype.use = function (this: unknown, ...args: unknown[]) {
      const [first, ...rest] = args;
      const hasPath = typeof first === 'string' || Array.isArray(first);
      for (const mounted of hasPath ? rest : args)
        note(this, { path: hasPath ? (first as Path) : '/', mounted });
      return use.apply(this, args);
    };
    this.#prototype.route = function (this: unknown, path) {
      const made = route.call(this, path);
      // The very object: methods are added to it afterwards.
      note(this, { path, methods: made.methods });
      return made;
    } as RouterPrototype['route'];
  }

  /** Records no more. */
  end(): void {
    Object.assign(this.#prototype, this.#originals);
  }

  /** All routes below the router that has the most mounts, as `get /api/cameras/{}`. */
  list(): string[] {
    const routers = [...this.#routers].sort(([, a], [, b]) => b.length - a.length);
    return [...new Set(this.#below(routers[0]?.[0] as Express, ''))].sort();
  }

  #below(router: unknown, prefix: string): string[] {
    return (this.#routers.get(router) ?? []).flatMap(({ path, methods, mounted }) =>
      [path].flat().flatMap((part) => {
        const whole = joined(prefix, part);
        if (methods !== undefined)
          return Object.keys(methods).map((method) => `${method} ${normalised(whole)}`);
        if (this.#routers.has(mounted)) return this.#below(mounted, whole);
        // A function at a path of its own serves whatever is below it.
        return part === '/' ? [] : [`below ${normalised(whole)}`];
      }),
    );
  }
}

function joined(prefix: string, path: string): string {
  return `${prefix}/${path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}

/** A path with `{}` for each of its parameters, whoever wrote it: Express or OpenAPI. */
export function normalised(path: string): string {
  return path.replace(/[:*]\w+|\{\w+\}/g, '{}');
}

/** Just enough of React to run one component's hooks: renders again on new state, runs effects after it. */
import type { ReactHooks } from '#shared/client/react.ts';

interface Effect {
  dependencies: readonly unknown[];
  end: () => void;
}

/** One mounted component. */
export class LittleReact implements ReactHooks {
  readonly #cells: unknown[] = [];
  readonly #effects: Effect[] = [];
  #cell = 0;
  #effect = 0;
  #waiting: (() => void)[] = [];
  #render: () => void = () => {};

  useState = <T>(initial: T): [T, (value: T) => void] => {
    const index = this.#next(initial);
    return [
      this.#cells[index] as T,
      (value) => {
        this.#cells[index] = value;
        this.rerender();
      },
    ];
  };

  useRef = <T>(initial: T): { current: T } => {
    const index = this.#next({ current: initial });
    return this.#cells[index] as { current: T };
  };

  useEffect = (effect: () => () => void, dependencies: readonly unknown[]): void => {
    const index = this.#effect++;
    const before = this.#effects[index];
    if (before?.dependencies.every((value, at) => Object.is(value, dependencies[at]))) return;
    this.#waiting.push(() => {
      before?.end();
      this.#effects[index] = { dependencies, end: effect() };
    });
  };

  /** Renders a component now and with every change of its state. */
  mount(component: () => void): void {
    this.#render = component;
    this.rerender();
  }

  rerender(): void {
    this.#cell = 0;
    this.#effect = 0;
    this.#render();
    for (const run of this.#waiting.splice(0)) run();
  }

  unmount(): void {
    this.#render = () => {};
    for (const { end } of this.#effects.splice(0)) end();
  }

  #next(initial: unknown): number {
    const index = this.#cell++;
    if (!(index in this.#cells)) this.#cells[index] = initial;
    return index;
  }
}

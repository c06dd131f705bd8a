/** The used part of React. It is passed in and not imported, so that the app's own copy is used. */
export interface ReactHooks {
  useState<T>(initial: T): [T, (value: T) => void];
  useEffect(effect: () => () => void, dependencies: readonly unknown[]): void;
  useRef<T>(initial: T): { current: T };
}

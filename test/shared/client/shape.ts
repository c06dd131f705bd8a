/** Holds real answers against the client's types: the compiler checks the shape, the test the answer. */
import { expect } from 'chai';

type NameOf<V> = V extends string
  ? 'string'
  : V extends number
    ? 'number'
    : V extends boolean
      ? 'boolean'
      : V extends null
        ? 'null'
        : V extends undefined
          ? never
          : V extends readonly unknown[]
            ? 'array'
            : 'object';

type KnownKeys<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] };
type Absence<T, K extends keyof T> = object extends Pick<T, K> ? 'absent' : never;

/** Every member of a type with the kinds of values it may have; the compiler refuses any that the type lacks. */
export type Shape<T> = { [K in KnownKeys<T>]-?: readonly (NameOf<T[K]> | Absence<T, K>)[] };

/** Fails unless an answer has the members of its type, of the kinds that the type says. */
export function expectShape<T extends object>(
  answer: T,
  shape: Shape<T>,
  { isComplete = true }: { isComplete?: boolean } = {},
): void {
  const members = Object.entries(shape) as [string, readonly string[]][];
  for (const [name, kinds] of members) {
    expect(kinds, `${name} of ${JSON.stringify(answer)}`).to.include(kindOf(Reflect.get(answer, name)));
  }
  if (isComplete) expect(Object.keys(shape)).to.include.members(Object.keys(answer));
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

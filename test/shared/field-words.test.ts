import { expect } from 'chai';
import { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';

const schema = z.object({
  name: z.string().min(2).max(5),
  count: z.coerce.number().int().min(1).max(9),
  size: z.int().positive().lt(8),
  parts: z.array(z.string()).max(1),
  kind: z.enum(['a', 'b']),
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('c') }),
    z.object({ kind: z.literal('d') }),
  ]),
  code: z.string().regex(/^x/, 'must begin with x'),
  detect: z.strictObject({ motion: z.boolean().optional() }),
});
const WHOLE = {
  ...{ name: 'abc', count: 1, size: 1, parts: [], kind: 'a', target: { kind: 'c' }, code: 'x' },
  detect: {},
};

/** The message of the error for a body; undefined where it is accepted. */
function messageFor(change: object): string | undefined {
  try {
    parseFields(schema, { ...WHOLE, ...change });
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  return undefined;
}

describe('What is wrong with a field', () => {
  const cases: [object, string | undefined][] = [
    [{}, undefined],
    [{ name: undefined }, 'name: is missing'],
    [{ name: 7 }, 'name: must be a text'],
    [{ name: 'a' }, 'name: must have at least 2 characters'],
    [{ name: 'abcdef' }, 'name: must have at most 5 characters'],
    [{ count: 'x' }, 'count: must be a number'],
    [{ count: 0.5 }, 'count: must be a whole number'],
    [{ count: 10 }, 'count: must be at most 9'],
    [{ size: 0 }, 'size: must be more than 0'],
    [{ size: 8 }, 'size: must be less than 8'],
    [{ parts: [null] }, 'parts.0: must be a text'],
    [{ parts: ['a', 'b'] }, 'parts: must have at most 1 items'],
    [{ kind: 'c' }, 'kind: must be one of a, b'],
    [{ target: { kind: 'e' } }, 'target.kind: must be one of c, d'],
    [{ code: 'y' }, 'code: must begin with x'],
    [{ detect: { person: true } }, 'detect.person: there is no such field'],
  ];
  for (const [change, message] of cases)
    it(`is told in words: ${JSON.stringify(change)}`, () => expect(messageFor(change)).to.equal(message));
});

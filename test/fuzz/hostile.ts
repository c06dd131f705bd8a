/**
 * Generated bad input. `FUZZ_RUNS` says how many of each, other ones in every run; a failure prints the seed that
 * brings it back.
 */
import fc from 'fast-check';

const { FUZZ_RUNS } = process.env;
/** Few by default, so that the whole suite stays quick; set it high for a night. */
export const RUNS = Number(FUZZ_RUNS ?? 60);
// The same by default: a change is not refused by chance for what was wrong before it.
if (FUZZ_RUNS === undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });

/** Text of a hostile or broken client. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '../../etc/passwd',
    '%2e%2e%2f',
    '__proto__',
    'constructor',
    '<img src=x onerror=alert(1)>',
    "' or 1=1 --",
    '-i',
    'rtsp://',
    'rtsp://[::1',
    'rtsp://a@b@c:99999/',
    'NaN',
    '1e999',
    '9007199254740993',
    '\ud800',
    'x'.repeat(5000),
  ),
);

/** Anything JSON can carry. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, true, -1, 0, 0.5, 1e308, 2 ** 53, [], {}, [[]], { toString: 1 }),
);

/** A body that was right until one field of it was changed, one was added and one was taken away. */
export function spoiled(body: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  const keys = Object.keys(body);
  const someKey = fc.constantFrom(...(keys.length === 0 ? ['x'] : keys));
  const changed = fc.tuple(someKey, hostileValue).map(([key, value]) => ({ ...body, [key]: value }));
  const added = fc.tuple(hostileText, hostileValue).map(([key, value]) => ({ ...body, [key]: value }));
  const shortened = someKey.map((key) =>
    Object.fromEntries(Object.entries(body).filter(([name]) => name !== key)),
  );
  return fc.oneof({ arbitrary: changed, weight: 4 }, added, shortened, hostileValue);
}

/** Bytes of which some were changed, cut out or doubled on their way. */
export function mutated(bytes: Buffer): fc.Arbitrary<Buffer> {
  const place = fc.nat({ max: Math.max(0, bytes.length - 1) });
  const flips = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
  const cut = fc.tuple(place, fc.nat({ max: 64 }));
  const insert = fc.tuple(place, fc.uint8Array({ maxLength: 16 }));
  return fc.tuple(flips, fc.option(cut), fc.option(insert)).map(([changes, removal, addition]) => {
    let result = Buffer.from(bytes);
    for (const [at, value] of changes) result[at] = value;
    if (removal !== null)
      result = Buffer.concat([result.subarray(0, removal[0]), result.subarray(removal[0] + removal[1])]);
    if (addition !== null)
      result = Buffer.concat([result.subarray(0, addition[0]), addition[1], result.subarray(addition[0])]);
    return result;
  });
}

/** Text of which some bytes were changed. */
export function mutatedText(text: string): fc.Arbitrary<string> {
  return mutated(Buffer.from(text, 'latin1')).map((bytes) => bytes.toString('latin1'));
}

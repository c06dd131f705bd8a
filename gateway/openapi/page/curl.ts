/** A call that can be pasted into a shell. */
import type { DescribedOperation } from '../openapi-shape.ts';

/** The call of an operation, with its first example. */
export function curlOf(
  method: string,
  path: string,
  { parameters, requestBody }: DescribedOperation,
): string {
  const query = parameters.flatMap(({ in: place, name, example }) =>
    place === 'query' && example !== undefined ? [`${name}=${encodeURIComponent(String(example))}`] : [],
  );
  const filled = path.replace(/\{(\w+)\}/g, (_, wanted: string) =>
    encodeURIComponent(String(parameters.find(({ name }) => name === wanted)?.example ?? '')),
  );
  const url = `http://localhost:5000${filled}${query.length === 0 ? '' : `?${query.join('&')}`}`;
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const example = Object.values(content?.examples ?? {})[0]?.value;
  return [
    'curl',
    ...(method === 'get' ? [] : [`-X ${method.toUpperCase()}`]),
    quote(url),
    ...(type === undefined ? [] : [`-H ${quote(`Content-Type: ${type}`)}`]),
    ...(type === undefined ? [] : [`-d ${example === undefined ? '@body' : quote(JSON.stringify(example))}`]),
  ].join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Why a browser does not play a recorded video. */

const HEAD_BYTES = 65_536;
const H265 =
  'This browser does not play H.265. Save the clip to play it elsewhere, open this page in a browser that decodes H.265 (Safari, or Chrome and Edge on most devices), or set the camera to H.264.';

/** A sentence for the user. @param source address of an MP4 with its tables in front */
export async function whyNotPlayed(source: string): Promise<string> {
  const ending = new AbortController();
  try {
    const headers = { Range: `bytes=0-${HEAD_BYTES - 1}` };
    const answer = await fetch(source, { headers, signal: ending.signal });
    if (!answer.ok) return wordsOf(await answer.json());
    // The name of H.265 in the sample description (ISO/IEC 14496-15).
    if ((await headOf(answer)).includes('hvc1')) return H265;
    return 'This browser does not play this video. Save the clip to play it elsewhere.';
  } catch {
    return 'The video could not be loaded.';
  } finally {
    ending.abort();
  }
}

async function headOf({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const words = new TextDecoder('latin1');
  let head = '';
  while (reader !== undefined && head.length < HEAD_BYTES) {
    const { value, done } = await reader.read();
    if (done) break;
    head += words.decode(value);
  }
  return head;
}

function wordsOf(problem: unknown): string {
  const error: unknown = typeof problem === 'object' && problem !== null ? Reflect.get(problem, 'error') : '';
  return typeof error === 'string' && error !== '' ? error : 'The video could not be loaded.';
}

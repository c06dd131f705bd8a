/** Tools for what analysis and watches saw. */
import { z } from 'zod';
import type { CameraEvent } from '#shared/client/events.ts';
import { jsonResult, type McpUser, pictureResult, type Tool, tool } from './tool.ts';

const PAGE = 200;
/** Events that a search looks at. */
const MAX_SEARCHED = 2000;

const filter = {
  cameraId: z.string().max(64).optional().describe('Only those at this camera.'),
  kind: z.string().max(32).optional().describe('motion, person, face or watch.'),
  since: z.iso.datetime({ offset: true }).optional().describe('Started at this time or later.'),
  until: z.iso.datetime({ offset: true }).optional().describe('Started before this time.'),
  limit: z.number().int().min(1).max(100).default(20),
};

/** List, search, look. */
export const EVENT_TOOLS: readonly Tool[] = [
  tool({
    name: 'list_events',
    title: 'List events',
    description: 'Motion, persons, faces and watches that fired, newest first.',
    input: z.object(filter),
    run: async ({ client }, args, signal) => {
      const { events } = await client.events.list(given(args), { signal });
      return jsonResult(events.map(brief));
    },
  }),
  tool({
    name: 'search_events',
    title: 'Search events',
    description: `Events whose kind, label or answers contain all words, among the newest ${MAX_SEARCHED}.`,
    input: z.object({ ...filter, words: z.string().trim().min(1).max(200) }),
    run: async (user, { words, limit, ...more }, signal) =>
      jsonResult((await search(user, words, { ...given(more), signal, limit })).map(brief)),
  }),
  tool({
    name: 'get_event_picture',
    title: 'Look at an event',
    description: 'The best picture of an event.',
    input: z.object({ eventId: z.string().min(1).max(128) }),
    run: async ({ client }, { eventId }, signal) => {
      const event = await client.events.get(eventId, { signal });
      const jpeg = await client.events.snapshot(eventId, { signal });
      return pictureResult(jpeg, JSON.stringify(brief(event)));
    },
  }),
];

async function search(
  { client }: McpUser,
  words: string,
  { limit, signal, ...more }: { limit: number; signal: AbortSignal },
): Promise<CameraEvent[]> {
  const wanted = words.toLowerCase().split(/\s+/);
  const found: CameraEvent[] = [];
  let cursor: string | undefined;
  for (let seen = 0; seen < MAX_SEARCHED && found.length < limit; seen += PAGE) {
    const page = await client.events.list(
      { ...more, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
      { signal },
    );
    found.push(...page.events.filter((event) => matches(event, wanted)));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return found.slice(0, limit);
}

function matches({ kind, label, data }: CameraEvent, words: readonly string[]): boolean {
  const text = `${kind} ${label} ${JSON.stringify(data)}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function brief({
  id,
  cameraId,
  kind,
  label,
  score,
  state,
  startedAt,
  endedAt,
  snapshotUrl,
  data,
}: CameraEvent): object {
  return {
    id,
    cameraId,
    kind,
    label,
    score,
    state,
    startedAt,
    endedAt,
    hasPicture: snapshotUrl !== null,
    data,
  };
}

/** Without what was not given. */
function given<T extends object>(args: T): T {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as T;
}

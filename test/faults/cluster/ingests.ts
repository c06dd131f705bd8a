/** Who reads which camera when, as the cameras tell. Times are Unix milliseconds. */

/** A session that began or ended. */
export interface SessionLine {
  at: number;
  id: string;
  path: string;
  /** Address. */
  client: string;
  isPlaying: boolean;
}

interface Session {
  path: string;
  client: string;
  from: number;
  /** Infinite while it lasts. */
  to: number;
}

/** A time in which sessions of a client do not count. */
export interface Absence {
  client: string;
  from: number;
  /** Infinite while a process is frozen. Undefined: packets of sessions that began before lead nowhere, for good. */
  to: number | undefined;
}

/** The worst of all cameras, milliseconds. */
export interface IngestReport {
  /** Longest time in which a camera was read twice or more often. */
  twiceMs: number;
  /** Longest time in which a camera was not read. */
  noneMs: number;
}

/** Takes the lines of the cameras. */
export class Ingests {
  readonly #sessions = new Map<string, Session>();
  readonly #absences: Absence[] = [];

  note({ at, id, path, client, isPlaying }: SessionLine): void {
    const known = this.#sessions.get(id);
    if (isPlaying) this.#sessions.set(id, { path, client, from: at, to: Number.POSITIVE_INFINITY });
    else if (known !== undefined) known.to = at;
  }

  /** @returns the same absence, whose end may be set later */
  except(absence: Absence): Absence {
    this.#absences.push(absence);
    return absence;
  }

  /** How many sessions each client has on each of these cameras now. */
  now(paths: readonly string[]): Map<string, string[]> {
    const at = Date.now();
    const all = [...this.#sessions.values()].filter((session) =>
      this.#counted(session).some(([, to]) => to > at),
    );
    return new Map(
      paths.map((path) => [path, all.flatMap((one) => (one.path === path ? [one.client] : []))]),
    );
  }

  report(paths: readonly string[], from: number, to: number): IngestReport {
    const reports = paths.map((path) => {
      const sessions = [...this.#sessions.values()].filter((session) => session.path === path);
      return sweep(
        sessions.flatMap((session) => this.#counted(session)),
        from,
        to,
      );
    });
    return {
      twiceMs: Math.max(0, ...reports.map(({ twiceMs }) => twiceMs)),
      noneMs: Math.max(0, ...reports.map(({ noneMs }) => noneMs)),
    };
  }

  /** Times in which a session counts. */
  #counted({ client, from, to }: Session): Span[] {
    let spans: Span[] = [[from, to]];
    for (const absence of this.#absences) {
      if (absence.client !== client) continue;
      const end = absence.to ?? (from < absence.from ? Number.POSITIVE_INFINITY : absence.from);
      spans = spans.flatMap((span) => without(span, [absence.from, end]));
    }
    return spans;
  }
}

type Span = [from: number, to: number];

function without([from, to]: Span, [start, end]: Span): Span[] {
  const parts: Span[] = [
    [from, Math.min(to, start)],
    [Math.max(from, end), to],
  ];
  return start === end ? [[from, to]] : parts.filter(([a, b]) => a < b);
}

/** Longest times with two or more of the spans, and without any. */
export function sweep(spans: readonly Span[], from: number, to: number): IngestReport {
  const clipped = spans.map(([a, b]): Span => [Math.max(a, from), Math.min(b, to)]).filter(([a, b]) => a < b);
  const edges = [...new Set([from, to, ...clipped.flat()])].sort((a, b) => a - b);
  const longest = { twiceMs: 0, noneMs: 0 };
  let [twiceMs, noneMs] = [0, 0];
  for (const [index, edge] of edges.slice(0, -1).entries()) {
    const length = (edges[index + 1] as number) - edge;
    const count = clipped.filter(([a, b]) => a <= edge && b > edge).length;
    twiceMs = count > 1 ? twiceMs + length : 0;
    noneMs = count === 0 ? noneMs + length : 0;
    longest.twiceMs = Math.max(longest.twiceMs, twiceMs);
    longest.noneMs = Math.max(longest.noneMs, noneMs);
  }
  return longest;
}

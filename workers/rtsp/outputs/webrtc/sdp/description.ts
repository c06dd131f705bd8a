/** Session descriptions (RFC 8866) as text in sections: enough to check, shorten and complete them. */
import { isIP } from 'node:net';
import { AppError } from '#shared/errors.ts';

/** Lines before the first media section, and those of each media section. */
export interface Description {
  session: string[];
  media: MediaSection[];
}

/** One `m=` section. */
export interface MediaSection {
  /** `audio`, `video`, `application`. */
  kind: string;
  port: number;
  /** Payload types of a media section. */
  formats: string[];
  lines: string[];
}

const MAX_LENGTH = 64 * 1024;
const MAX_SECTIONS = 16;
/** Candidates of one side; browsers on machines with many networks have about twenty. */
export const MAX_CANDIDATES = 64;
const MEDIA_LINE = /^m=([a-z]+) (\d{1,5})(?:\/\d+)? (\S+)((?: \S+)+)$/;
const CANDIDATE =
  /^candidate:[A-Za-z0-9+/]{1,32} [12] udp \d{1,10} (\S{2,45}) (\d{1,5}) typ (?:host|srflx|prflx|relay)\b/i;

/** Reads a description. @throws AppError `invalid-sdp` */
export function parseDescription(sdp: string): Description {
  if (sdp.length > MAX_LENGTH) throw invalid('it is too long');
  const lines = sdp.split(/\r\n|\r|\n/).filter((line) => line !== '');
  if (lines[0] !== 'v=0') throw invalid('it does not start with v=0');
  if (!lines.every((line) => /^[a-z]=[^\0]*$/.test(line))) throw invalid('a line is no "type=value"');
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []));
  if (starts.length === 0) throw invalid('it has no media');
  if (starts.length > MAX_SECTIONS) throw invalid('it has too many media');
  const media = starts.map((start, index) => parseSection(lines.slice(start, starts[index + 1])));
  return { session: lines.slice(0, starts[0]), media };
}

function parseSection(lines: string[]): MediaSection {
  const match = MEDIA_LINE.exec(lines[0] as string);
  if (match === null) throw invalid('a media line is malformed');
  const [, kind = '', port, , formats = ''] = match;
  return { kind, port: Number(port), formats: formats.trim().split(' '), lines };
}

/** Value of the first `a=name:` of some lines. */
export function attribute(lines: readonly string[], name: string): string | undefined {
  const prefix = `a=${name}:`;
  return lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
}

/** Whether a candidate (`candidate:…`) can be reached: UDP and an address, no name to look up (RFC 8839 section 5.1). */
export function isUsableCandidate(candidate: string): boolean {
  const match = CANDIDATE.exec(candidate);
  return (
    match !== null && isIP(match[1] as string) !== 0 && Number(match[2]) > 0 && Number(match[2]) < 65_536
  );
}

/** Whether a text is a candidate at all, usable or not. */
export function isCandidate(candidate: string): boolean {
  return /^candidate:\S{1,32} [12] (?:udp|tcp) \d{1,10} \S{1,255} \d{1,5} typ [a-z]+(?: \S+)*$/i.test(
    candidate,
  );
}

/** Lines without the candidates that cannot be reached, and without more than any client has. */
export function withUsableCandidates(lines: readonly string[]): string[] {
  let count = 0;
  return lines.filter((line) => {
    if (!line.startsWith('a=candidate:')) return true;
    count += 1;
    return count <= MAX_CANDIDATES && isUsableCandidate(line.slice(2));
  });
}

/** The text of lines. */
export function formatLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

/** The error of a description that cannot be read. */
export function invalid(reason: string): AppError {
  return new AppError('invalid-sdp', `The session description is malformed: ${reason}`, { field: 'sdp' });
}

/** Takes candidates when no client waits for the outcome: one that is of no use is passed over. */
export function addEach(candidates: readonly string[], add: (candidate: string) => void): void {
  for (const candidate of candidates) {
    try {
      add(candidate);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
}

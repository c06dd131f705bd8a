/**
 * Offers and answers of clients. The library is shown the one video section we
 * serve, whatever else a client asks for: what remains is answered here.
 */
import { AppError } from '#shared/errors.ts';
import type { CodecLine } from '../peer.ts';
import { acceptedCodecs } from './codecs.ts';
import {
  attribute,
  type Description,
  formatLines,
  invalid,
  type MediaSection,
  parseDescription,
  withUsableCandidates,
} from './description.ts';

/** A client's offer after checks. */
export interface ClientOffer {
  description: Description;
  /** Media id of the video section we serve. */
  mid: string;
  codecs: CodecLine[];
  /** ICE user name fragment: another one later means an ICE restart. */
  ufrag: string;
  /** The offer with nothing but this section. */
  reduced: string;
}

/** Attributes that a bundle has once; they may stand in any of its sections, or before them (RFC 8843 section 7.1.3). */
const TRANSPORT = ['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup'];

/** Reads the offer of a player. @throws AppError `invalid-sdp`, `webrtc-unsupported-codec` */
export function readOffer(sdp: string): ClientOffer {
  const description = parseDescription(sdp);
  const { session, media } = description;
  const index = media.findIndex(isWanted);
  const video = media[index];
  if (video === undefined) throw invalid('it asks for no video');
  const mid = attribute(video.lines, 'mid') ?? String(index);
  if (!/^[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}$/.test(mid)) throw invalid('a media id is malformed');
  const transport = TRANSPORT.map((name) => transportOf(name, description, video)).map(
    leaveHandshakeToClient,
  );
  const codecs = acceptedCodecs(video);
  if (codecs.length === 0) throw noCommonCodec();
  const isOwn = (line: string): boolean => !TRANSPORT.some((name) => line.startsWith(`a=${name}:`));
  const candidates = media.flatMap(({ lines }) => lines.filter((line) => line.startsWith('a=candidate:')));
  const lines = [
    ...session.filter((line) => isOwn(line) && !line.startsWith('a=group:')),
    ...[`a=group:BUNDLE ${mid}`],
    // A section that is only bundled has port 0, which means "refused" once it is alone.
    `m=video 9 UDP/TLS/RTP/SAVPF ${video.formats.join(' ')}`,
    ...video.lines.slice(1).filter((line) => isOwn(line) && !isDropped(line)),
    ...(attribute(video.lines, 'mid') === undefined ? [`a=mid:${mid}`] : []),
    ...transport,
    ...new Set(withUsableCandidates(candidates)),
  ];
  const ufrag = attribute(transport, 'ice-ufrag') as string;
  return { description, mid, codecs, ufrag, reduced: formatLines(lines) };
}

/** Browsers repeat a lost first message of DTLS after 50 ms, the library after a second: who may choose starts. */
function leaveHandshakeToClient(line: string): string {
  return line === 'a=setup:actpass' ? 'a=setup:active' : line;
}

function isDropped(line: string): boolean {
  return line.startsWith('a=candidate:') || line === 'a=end-of-candidates' || line === 'a=bundle-only';
}

function isWanted({ kind, lines, port }: MediaSection): boolean {
  if (kind !== 'video' || (port === 0 && !lines.includes('a=bundle-only'))) return false;
  return !lines.includes('a=inactive') && !lines.includes('a=sendonly');
}

function transportOf(name: string, { session, media }: Description, own: MediaSection): string {
  const sources = [own.lines, session, ...media.map(({ lines }) => lines)];
  const value = sources.map((lines) => attribute(lines, name)).find((found) => found !== undefined);
  if (value === undefined) throw invalid(`it has no ${name}`);
  return `a=${name}:${value}`;
}

/** Codecs of the answer to our offer, and the answer as the library shall see it. @throws AppError `invalid-sdp`, `webrtc-unsupported-codec` */
export function readAnswer(sdp: string): { codecs: CodecLine[]; reduced: string } {
  const { session, media } = parseDescription(sdp);
  const video = media[0];
  if (media.length !== 1 || video?.kind !== 'video')
    throw invalid('it does not answer our one video section');
  for (const name of TRANSPORT) transportOf(name, { session, media }, video);
  const codecs = video.port === 0 || video.lines.includes('a=inactive') ? [] : acceptedCodecs(video);
  if (codecs.length === 0) throw noCommonCodec();
  return { codecs, reduced: formatLines([...session, ...withUsableCandidates(video.lines)]) };
}

function noCommonCodec(): AppError {
  return new AppError('webrtc-unsupported-codec', 'The client takes neither H.264 in fragments nor H.265');
}

/**
 * Completes the library's answer: a section for each one of the offer, in order
 * (RFC 3264 section 6), those we do not serve inactive or refused.
 */
export function completeAnswer(answer: string, { description, mid }: ClientOffer): string {
  const { session, media } = parseDescription(answer);
  const own = media[0] as MediaSection;
  const transport = [
    ...TRANSPORT.map((name) => transportOf(name, { session, media }, own)),
    // Candidates are read from the first section of a bundle, whichever it is (RFC 8843 section 10).
    ...own.lines.filter((line) => line.startsWith('a=candidate:') || line === 'a=end-of-candidates'),
  ];
  const mids: string[] = [];
  const sections = description.media.flatMap((section, index) => {
    const id = attribute(section.lines, 'mid') ?? String(index);
    if (id === mid) {
      mids.push(id);
      return own.lines;
    }
    // Inactive rather than refused: a refused first section would take the whole bundle with it.
    if (section.kind === 'audio' || section.kind === 'video') mids.push(id);
    return unserved(section, id, transport);
  });
  const head = session.map((line) =>
    line.startsWith('a=group:BUNDLE') ? `a=group:BUNDLE ${mids.join(' ')}` : line,
  );
  return formatLines([...head, ...sections]);
}

function unserved({ kind, formats, lines }: MediaSection, mid: string, transport: string[]): string[] {
  const protocol = /^m=\S+ \S+ (\S+)/.exec(lines[0] as string)?.[1] ?? 'UDP/TLS/RTP/SAVPF';
  if (kind !== 'audio' && kind !== 'video') {
    return [`m=${kind} 0 ${protocol} ${formats.join(' ')}`, 'c=IN IP4 0.0.0.0', `a=mid:${mid}`];
  }
  const first = formats[0] as string;
  const described = lines.filter(
    (line) => line.startsWith(`a=rtpmap:${first} `) || line.startsWith(`a=fmtp:${first} `),
  );
  return [
    `m=${kind} 9 ${protocol} ${first}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    'a=inactive',
    'a=rtcp-mux',
    ...described,
    ...transport,
  ];
}

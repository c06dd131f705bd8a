/**
 * Offers and answers of clients. The library is shown the one video section we
 * serve, and perhaps one of sound; other requested sections are rejected here.
 */
import { AppError } from '#shared/errors.ts';
import { type AudioLine, acceptedAudio, acceptedCodecs, type CodecLine } from './codecs.ts';
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
  /** The audio section we serve, when sound is wanted and both sides have a codec for it. */
  audio: { mid: string; codecs: AudioLine[] } | undefined;
  /** ICE user name fragment: another one later means an ICE restart. */
  ufrag: string;
  /** The offer with nothing but these sections, and without candidates. */
  reduced: string;
  /** Candidates that can be reached: `candidate:…`. */
  candidates: string[];
}

/** Attributes that a bundle has once; they may stand in any of its sections, or before them (RFC 8843 section 7.1.3). */
const TRANSPORT = ['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup'];
const MID = /^[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}$/;

/**
 * Reads the offer of a player. @param wantsAudio whether there is sound to send
 * @throws AppError `invalid-sdp`, `webrtc-unsupported-codec`
 */
export function readOffer(sdp: string, { wantsAudio = false } = {}): ClientOffer {
  const description = parseDescription(sdp);
  const { session, media } = description;
  const video = media.find((section) => isWanted(section, 'video'));
  if (video === undefined) throw invalid('it asks for no video');
  const mid = midOf(video, description);
  if (!MID.test(mid)) throw invalid('a media id is malformed');
  const transport = TRANSPORT.map((name) => transportOf(name, description, video));
  const codecs = acceptedCodecs(video);
  if (codecs.length === 0) throw noCommonCodec();
  const audio = wantsAudio ? readAudio(description, mid) : undefined;
  const served = media.filter((section) => section === video || section === audio?.section);
  const candidates = media.flatMap(({ lines }) => lines.filter((line) => line.startsWith('a=candidate:')));
  const usable = [...new Set(withUsableCandidates(candidates))].map((line) => line.slice('a='.length));
  const lines = [
    ...session.filter((line) => isOwn(line) && !line.startsWith('a=group:')),
    `a=group:BUNDLE ${served.map((section) => midOf(section, description)).join(' ')}`,
    ...served.flatMap((section) => reduce(section, midOf(section, description), transport)),
  ];
  const ufrag = attribute(transport, 'ice-ufrag') as string;
  const sound = audio === undefined ? undefined : { mid: audio.mid, codecs: audio.codecs };
  return { description, mid, codecs, audio: sound, ufrag, reduced: formatLines(lines), candidates: usable };
}

function reduce({ kind, formats, lines }: MediaSection, mid: string, transport: readonly string[]): string[] {
  return [
    // A section that is only bundled has port 0, which means "refused" once it is alone.
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${formats.join(' ')}`,
    ...lines.slice(1).filter((line) => isOwn(line) && !isDropped(line)),
    ...(attribute(lines, 'mid') === undefined ? [`a=mid:${mid}`] : []),
    ...transport,
  ];
}

/** The audio section of an offer that we can serve: in one bundle with the video, since there is one transport. */
function readAudio(description: Description, videoMid: string) {
  const section = description.media.find((candidate) => isWanted(candidate, 'audio'));
  if (section === undefined) return undefined;
  const mid = midOf(section, description);
  const codecs = acceptedAudio(section);
  const bundle = attribute(description.session, 'group')?.split(' ') ?? [];
  const isBundled = bundle[0] === 'BUNDLE' && bundle.includes(mid) && bundle.includes(videoMid);
  if (!MID.test(mid) || mid === videoMid || !isBundled || codecs.length === 0) return undefined;
  return { section, mid, codecs };
}

function midOf(section: MediaSection, { media }: Description): string {
  return attribute(section.lines, 'mid') ?? String(media.indexOf(section));
}

/** Whether a line is a section's own, not the bundle's. */
function isOwn(line: string): boolean {
  return !TRANSPORT.some((name) => line.startsWith(`a=${name}:`));
}

function isDropped(line: string): boolean {
  return line.startsWith('a=candidate:') || line === 'a=end-of-candidates' || line === 'a=bundle-only';
}

function isWanted({ kind, lines, port }: MediaSection, wanted: 'audio' | 'video'): boolean {
  if (kind !== wanted || (port === 0 && !lines.includes('a=bundle-only'))) return false;
  return !lines.includes('a=inactive') && !lines.includes('a=sendonly');
}

function transportOf(name: string, { session, media }: Description, own: MediaSection): string {
  const sources = [own.lines, session, ...media.map(({ lines }) => lines)];
  const value = sources.map((lines) => attribute(lines, name)).find((found) => found !== undefined);
  if (value === undefined) throw invalid(`it has no ${name}`);
  return `a=${name}:${value}`;
}

/**
 * Codecs of the answer to our offer, and the answer as the library shall see it.
 * @param hasAudio whether we offered sound after the video
 * @throws AppError `invalid-sdp`, `webrtc-unsupported-codec`
 */
export function readAnswer(
  sdp: string,
  { hasAudio = false } = {},
): { codecs: CodecLine[]; audio: AudioLine[]; reduced: string } {
  const { session, media } = parseDescription(sdp);
  const [video, audio] = media;
  if (media.length !== (hasAudio ? 2 : 1) || video?.kind !== 'video' || (hasAudio && audio?.kind !== 'audio'))
    throw invalid(`it does not answer our ${hasAudio ? 'two sections' : 'one video section'}`);
  for (const name of TRANSPORT) transportOf(name, { session, media }, video);
  const codecs = isRefused(video) ? [] : acceptedCodecs(video);
  if (codecs.length === 0) throw noCommonCodec();
  const sound = audio === undefined || isRefused(audio) ? [] : acceptedAudio(audio);
  const lines = withUsableCandidates([...video.lines, ...(audio?.lines ?? [])]);
  return { codecs, audio: sound, reduced: formatLines([...session, ...lines]) };
}

function isRefused({ port, lines }: MediaSection): boolean {
  return port === 0 || lines.includes('a=inactive');
}

function noCommonCodec(): AppError {
  return new AppError('webrtc-unsupported-codec', 'The client takes neither H.264 in fragments nor H.265');
}

/**
 * Completes the library's answer: a section for each one of the offer, in order
 * (RFC 3264 section 6), those we do not serve inactive or refused.
 */
export function completeAnswer(answer: string, { description }: ClientOffer): string {
  const { session, media } = parseDescription(answer);
  const own = media[0] as MediaSection;
  const served = new Map(media.map(({ lines }) => [attribute(lines, 'mid'), lines]));
  const transport = [
    ...TRANSPORT.map((name) => transportOf(name, { session, media }, own)),
    // Candidates are read from the first section of a bundle, whichever it is (RFC 8843 section 10).
    ...own.lines.filter((line) => line.startsWith('a=candidate:') || line === 'a=end-of-candidates'),
  ];
  const mids: string[] = [];
  const sections = description.media.flatMap((section) => {
    const id = midOf(section, description);
    const lines = served.get(id);
    if (lines !== undefined) {
      mids.push(id);
      return lines;
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

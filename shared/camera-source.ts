/** Sources of cameras of every kind: how addresses are read and how they are shown. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type CameraAddress, formatHost, readUrl } from './contract/source/address.ts';
import { HTTP_SCHEMES, type HttpSource, httpSourceSchema } from './contract/source/http.ts';
import { RTSP_SCHEMES, type RtspSource, rtspSourceSchema, type Transport } from './contract/source/rtsp.ts';
import {
  type StoredVideo,
  storedVideoSchema,
  type VideoSource,
  videoSourceSchema,
} from './contract/source/video.ts';
import { AppError } from './errors.ts';
import { maskPathSecrets, pathSecrets } from './path-secrets.ts';

/** A camera on a network. */
export type AddressedSource = RtspSource | HttpSource;

/** What a camera has beside its main stream. */
export const furtherSchema = z.object({
  /** A smaller stream; without credentials of its own it has those of the main one, on the same host. */
  sub: z.discriminatedUnion('kind', [rtspSourceSchema, httpSourceSchema]).optional(),
  /** Where one picture can be asked for. */
  still: httpSourceSchema.optional(),
});
export type FurtherSources = z.infer<typeof furtherSchema>;

/** A camera on a network with all its sources. */
export type MainSource = AddressedSource & FurtherSources;

/** Where a camera's packets come from. */
export type CameraSource = MainSource | VideoSource;

/** The same as the registry stores it. */
export type RegisteredSource = MainSource | StoredVideo;

/** The wire form of {@link CameraSource}, between gateway and worker. */
export const cameraSourceSchema = z.discriminatedUnion('kind', [
  rtspSourceSchema.extend(furtherSchema.shape),
  httpSourceSchema.extend(furtherSchema.shape),
  videoSourceSchema,
]);

/** The stored form of {@link RegisteredSource}; passwords, and {@link FurtherSources}, are stored elsewhere. */
export const storedSourceSchema = z.discriminatedUnion('kind', [
  rtspSourceSchema.omit({ password: true, isSimulator: true, isMirror: true }),
  httpSourceSchema.omit({ password: true }),
  storedVideoSchema,
]);

/** Every kind of source that clients may see. */
export const SOURCE_KINDS = ['rtsp', 'http', 'video'] as const satisfies CameraSource['kind'][];

/** Kinds that have an address: what their URLs begin with, and what they have beside it. */
const ADDRESSED = [
  { schemes: RTSP_SCHEMES, own: { kind: 'rtsp', transport: 'tcp' } },
  { schemes: HTTP_SCHEMES, own: { kind: 'http' } },
] as const satisfies {
  schemes: Readonly<Record<string, Scheme>>;
  own: Omit<RtspSource, keyof CameraAddress> | Omit<HttpSource, keyof CameraAddress>;
}[];

interface Scheme {
  secure: boolean;
  port: number;
}

/** What most cameras come with, where a client names the parts of an address and leaves these out. */
export const USUAL_CAMERA = {
  kind: 'rtsp',
  port: RTSP_SCHEMES.rtsp.port,
  path: '/1',
  username: 'admin',
  password: 'admin',
  transport: 'tcp',
} as const;

/**
 * Reads a URL of any kind of camera; user information may hold any character, escaped or not.
 * @throws AppError `invalid-field` naming `url`, or `transport` where the kind has none
 */
export function sourceFromUrl(url: string, transport?: Transport): AddressedSource {
  const read = readUrl(url, 'url');
  const found = ADDRESSED.find(({ schemes }) => read !== undefined && Object.hasOwn(schemes, read.scheme));
  if (read === undefined || found === undefined)
    throw invalidUrl('url must be an rtsp://, rtsps://, http:// or https:// URL with a host');
  const { scheme, port, ...address } = read;
  const usual = (found.schemes as Readonly<Record<string, Scheme>>)[scheme] as Scheme;
  return withTransport(
    { ...found.own, ...usual, ...address, ...(port !== undefined && { port }) },
    transport,
  );
}

/** Reads the URL of an RTSP camera. @throws AppError `invalid-field` naming `url` */
export function rtspSourceFromUrl(url: string): RtspSource {
  const source = sourceFromUrl(url);
  if (source.kind === 'rtsp') return source;
  throw invalidUrl('url must be an rtsp:// or rtsps:// URL with a host');
}

/** @throws AppError `invalid-field` naming `transport` where the kind of source has none */
export function withTransport(source: AddressedSource, transport: Transport | undefined): AddressedSource {
  if (transport === undefined) return source;
  if ('transport' in source) return { ...source, transport };
  throw new AppError('invalid-field', 'transport: only RTSP cameras have one', { field: 'transport' });
}

/** The usual port of a kind of source. */
export function usualPort({ kind, secure }: Pick<AddressedSource, 'kind' | 'secure'>): number {
  return schemeOf({ kind, secure })[1].port;
}

/** Whether a source has an address on a network. */
export function isAddressed<S extends { kind: string }>(source: S): source is Extract<S, { host: string }> {
  return 'host' in source;
}

function schemeOf({ kind, secure }: Pick<AddressedSource, 'kind' | 'secure'>): [string, Scheme] {
  const schemes: Record<string, Scheme> = ADDRESSED.find(({ own }) => own.kind === kind)?.schemes ?? {};
  return Object.entries(schemes).find(([, scheme]) => scheme.secure === secure) as [string, Scheme];
}

/** The address that is asked of a camera: without user information, with what its path holds; not to be shown. */
export function requestUrl(source: AddressedSource): string {
  return `${schemeOf(source)[0]}://${formatHost(source.host)}:${source.port}${source.path}`;
}

/** The address with its credentials percent-encoded, for programs that accept only that; not to be shown. */
export function urlWithCredentials(source: AddressedSource): string {
  if (source.username === '' && source.password === '') return requestUrl(source);
  const userInfo = `${encodeURIComponent(source.username)}:${encodeURIComponent(source.password)}`;
  return requestUrl(source).replace('://', `://${userInfo}@`);
}

/** The address as clients see it: user name visible; password and secrets in path and query masked. */
export function maskedUrl(source: CameraSource): string {
  if (!isAddressed(source)) return `video:${source.file.split(/[\\/]/).at(-1)}`;
  const url = requestUrl({ ...source, path: maskPathSecrets(source.path) });
  if (source.username === '' && source.password === '') return url;
  return url.replace('://', () => `://${encodeURIComponent(source.username)}:***@`);
}

/** A further source of a camera with the credentials to use: its own, or on the same host those of the main one. */
export function withMainCredentials<S extends AddressedSource>(further: S, main: AddressedSource): S {
  const hasOwn = further.username !== '' || further.password !== '';
  if (hasOwn || further.host !== main.host) return further;
  return { ...further, username: main.username, password: main.password };
}

/** Whether two sources are the same stream with the same credentials. */
export function isSameSource(a: CameraSource, b: CameraSource): boolean {
  const [left, right]: Record<string, unknown>[] = [{ ...a }, { ...b }];
  return Object.keys({ ...left, ...right }).every((key) => isDeepStrictEqual(left?.[key], right?.[key]));
}

/** The password of a source and the secrets of its path, for a redactor; empty where it has none. */
export function secretsOf(source: CameraSource | RegisteredSource): string[] {
  if (!isAddressed(source)) return [];
  const { sub, still } = source;
  const all = [source, sub, still].filter((address) => address !== undefined);
  return all
    .flatMap(({ password, path }) => [password, ...pathSecrets(path)])
    .filter((secret) => secret !== '');
}

function invalidUrl(message: string): AppError {
  return new AppError('invalid-field', message, { field: 'url' });
}

/** Notices by e-mail: one message for each, with the pictures of its events. */
import type { Notice } from '#shared/contract/notification.ts';
import type { Answer } from '../../deliveries/http-endpoint.ts';
import { fragmentOf, LINES, lineOf, type NoticeLinks } from '../notice-words.ts';
import type { Happening, NoticeFacts, StoredTarget } from '../notification.ts';
import { type Block, mailHtml, mailText, oneLine } from './email-words.ts';
import type { MailResult, MailServer, Refusal } from './mail-server.ts';

/** Reads the pictures of events. */
export interface EventPictures {
  /** A JPEG; undefined where there is none. @throws AppError `storage-*` */
  read(eventId: string): Promise<Buffer | undefined>;
}

export interface EmailOptions {
  /** Undefined: there is none. */
  server: Pick<MailServer, 'send'> | undefined;
  pictures: EventPictures;
  links: NoticeLinks;
}

/** A notice to one target. */
export interface EmailNotice {
  notice: Notice;
  facts: NoticeFacts;
  linkBase: string;
  at: Date;
}

/** What became of an attempt at several recipients, some of whom the server may take later. */
interface Progress {
  accepted: string[];
  refusals: Refusal[];
}

/** The first picture of an event is stored a moment after its start. */
const PICTURE_WITHIN_MS = 10_000;
const PICTURE_AGAIN_MS = 1000;
/** Messages of which some recipients are left. */
const MOST_UNFINISHED = 1000;

/** Sends notices to mailboxes. */
export class EmailSender {
  readonly #options: EmailOptions;
  /** By the id of the notice; lost at a restart: then those who have it get it again. */
  readonly #unfinished = new Map<string, Progress>();

  constructor(options: EmailOptions) {
    this.#options = options;
  }

  /** Makes one attempt. @throws AppError `storage-*` */
  async send(
    { to }: Extract<StoredTarget, { kind: 'email' }>,
    { notice, facts, linkBase, at }: EmailNotice,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { server } = this.#options;
    if (server === undefined) return { kind: 'failed', reason: 'the gateway has no mail server (SMTP_URL)' };
    const told = facts.happenings.slice(0, LINES);
    const pictures = await this.#picturesOf(told);
    if (pictures.size === 0 && told.some((one) => isNew(one, at)))
      return { kind: 'later', at: at.getTime() + PICTURE_AGAIN_MS };
    const before = this.#unfinished.get(notice.id) ?? { accepted: [], refusals: [] };
    const words = {
      notice,
      blocks: this.#blocksOf(told, linkBase, pictures),
      more: facts.happenings.length - told.length + facts.more,
    };
    const mail = {
      ...{ id: notice.id, to: leftOf(to, before), subject: oneLine(notice.title), at },
      ...{ text: mailText(words), html: mailHtml(words), pictures: [...pictures.values()] },
    };
    return this.#settle(notice.id, { to, before, result: await server.send(mail, signal) });
  }

  async #picturesOf(told: readonly Happening[]): Promise<Map<string, { name: string; jpeg: Buffer }>> {
    const found = new Map<string, { name: string; jpeg: Buffer }>();
    for (const { eventId } of told) {
      const jpeg = eventId === null ? undefined : await this.#options.pictures.read(eventId);
      if (eventId !== null && jpeg !== undefined)
        found.set(eventId, { name: `picture-${found.size + 1}.jpg`, jpeg });
    }
    return found;
  }

  #blocksOf(
    told: readonly Happening[],
    linkBase: string,
    pictures: ReadonlyMap<string, { name: string }>,
  ): Block[] {
    const { links } = this.#options;
    return told.map((happening) => {
      const { eventId, cameraId } = happening;
      const page = `${linkBase}/${fragmentOf(happening)}`;
      const line = oneLine(lineOf(happening));
      if (eventId === null) return { line, page };
      const clip = cameraId === null ? undefined : links.clipOf(eventId, cameraId);
      return {
        ...{ line, page, shown: pictures.get(eventId)?.name },
        picture: `${linkBase}/${links.pictureOf(eventId)}`,
        clip: clip && `${linkBase}/${clip}`,
      };
    });
  }

  #settle(
    id: string,
    { to, before, result }: { to: readonly string[]; before: Progress; result: MailResult },
  ): Answer {
    if (result.kind === 'aborted') return result;
    if (result.kind === 'failed')
      return result.isFinal
        ? { kind: 'refused', reason: result.reason }
        : { kind: 'failed', reason: result.reason };
    const now = new Set(result.refusals.map(({ address }) => address));
    const after: Progress = {
      accepted: [...before.accepted, ...leftOf(to, before).filter((address) => !now.has(address))],
      refusals: [...before.refusals, ...result.refusals.filter(({ isFinal }) => isFinal)],
    };
    const waiting = result.refusals.filter(({ isFinal }) => !isFinal);
    this.#unfinished.delete(id);
    if (waiting.length > 0) {
      this.#keep(id, after);
      return { kind: 'failed', reason: reasonOf(waiting, after.accepted) };
    }
    if (after.refusals.length > 0)
      return { kind: 'refused', reason: reasonOf(after.refusals, after.accepted) };
    const { status, reply } = result as Extract<MailResult, { kind: 'sent' }>;
    return { kind: 'answered', status, retryAfter: undefined, body: reply, isCut: false };
  }

  #keep(id: string, progress: Progress): void {
    const [oldest] = this.#unfinished.keys();
    if (this.#unfinished.size >= MOST_UNFINISHED && oldest !== undefined) this.#unfinished.delete(oldest);
    this.#unfinished.set(id, progress);
  }
}

/** An event whose picture may still come. */
function isNew({ eventId, at }: Happening, now: Date): boolean {
  const age = now.getTime() - at;
  return eventId !== null && age >= 0 && age < PICTURE_WITHIN_MS;
}

function leftOf(to: readonly string[], { accepted, refusals }: Progress): string[] {
  const done = new Set([...accepted, ...refusals.map(({ address }) => address)]);
  return to.filter((address) => !done.has(address));
}

function reasonOf(refusals: readonly Refusal[], accepted: readonly string[]): string {
  const replies = refusals.map(({ address, reply }) => `${address} (${reply})`).join(', ');
  const others = accepted.length === 0 ? '' : `; ${accepted.join(', ')} got it`;
  return `The mail server refused ${replies}${others}`;
}

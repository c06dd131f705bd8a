/** The words of a message, as text and as HTML. */
import type { Notice } from '#shared/contract/notification.ts';

/** A happening in a message. */
export interface Block {
  line: string;
  /** Address of the page that shows it. */
  page: string;
  /** Name of the attached picture. */
  shown?: string | undefined;
  /** Signed links. */
  picture?: string | undefined;
  clip?: string | undefined;
}

export interface MailWords {
  notice: Pick<Notice, 'title' | 'url' | 'notification'>;
  blocks: readonly Block[];
  /** Further happenings. */
  more: number;
}

const MAX_SUBJECT = 200;
const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const SMALL = 'color:#6b7280;font-size:13px';

/** Text without line breaks and control characters, so that it cannot begin another header. */
export function oneLine(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return clean.length <= MAX_SUBJECT ? clean : `${clean.slice(0, MAX_SUBJECT - 1)}…`;
}

/** The part for readers without HTML. */
export function mailText({ notice, blocks, more }: MailWords): string {
  const lines = blocks.flatMap(({ line, picture, clip }) => [
    line,
    ...(picture === undefined ? [] : [`  Picture: ${picture}`]),
    ...(clip === undefined ? [] : [`  Clip: ${clip}`]),
  ]);
  const rest = more === 0 ? [] : [`and ${more} more`];
  return [
    oneLine(notice.title),
    '',
    ...lines,
    ...rest,
    '',
    `Open: ${notice.url}`,
    '',
    footer(notice),
    '',
  ].join('\n');
}

/** The HTML part. It loads nothing: its pictures are attached. */
export function mailHtml({ notice, blocks, more }: MailWords): string {
  const rest = more === 0 ? '' : `<p>and ${more} more</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${escaped(oneLine(notice.title))}</title></head>
<body style="font-family:system-ui,sans-serif;line-height:1.5;margin:16px;max-width:640px">
<h1 style="font-size:20px">${escaped(oneLine(notice.title))}</h1>
${blocks.map(blockHtml).join('\n')}
${rest}<p>${link(notice.url, 'Open in the gateway')}</p>
<p style="${SMALL}">${escaped(footer(notice))}</p>
</body></html>
`;
}

function blockHtml({ line, page, shown, picture, clip }: Block): string {
  const image =
    shown === undefined
      ? ''
      : `<a href="${escaped(page)}"><img src="cid:${escaped(shown)}" alt="${escaped(line)}" width="640" style="max-width:100%;height:auto"></a><br>`;
  const links = [
    ...(picture === undefined ? [] : [link(picture, 'Picture')]),
    ...(clip === undefined ? [] : [link(clip, 'Clip')]),
  ];
  return `<p>${escaped(line)}<br>${image}${links.join(' · ')}</p>`;
}

function link(address: string, words: string): string {
  return `<a href="${escaped(address)}">${escaped(words)}</a>`;
}

function footer({ notification }: Pick<Notice, 'notification'>): string {
  return `Sent by the notification "${oneLine(notification)}". Links to pictures and clips work for 7 days, without signing in.`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

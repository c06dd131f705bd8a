/** Masks camera passwords of a delivery in what is shown and stored. */
import { sourceFromUrl } from '#shared/camera-source.ts';
import type { NoticePayload } from '#shared/contract/delivery.ts';
import { Redactor } from '#shared/redact.ts';
import { type DeliveryPayload, isStream } from './delivery.ts';

/** An address at the end of a truncated text: its password may have lost the `@` that marks it. */
const CUT_URL = /\brtsps?:\/\/[^\s"'<>@]*$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL stores no NUL, terminals obey the others
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** A payload with the passwords in its addresses masked. */
export function maskPayload<P extends DeliveryPayload | NoticePayload>(payload: P): P {
  if ('happenings' in payload || !isStream(payload)) return payload;
  const redactor = redactorFor(payload);
  const mask = (text: string | null): string | null => (text === null ? null : redactor.redact(text));
  return { ...payload, rtsp_url: mask(payload.rtsp_url), video_url: mask(payload.video_url) };
}

/**
 * A receiver's response text for storage. Validation errors repeat what was sent, password included.
 * @param isCut whether the text was truncated
 */
export function maskAnswer(text: string, payload: DeliveryPayload, isCut: boolean): string {
  const whole = isCut ? text.replace(CUT_URL, 'rtsp://***') : text;
  return redactorFor(payload).redact(whole).replace(CONTROL_CHARACTERS, '\ufffd');
}

function redactorFor(payload: DeliveryPayload): Redactor {
  const redactor = new Redactor();
  const rtsp_url = isStream(payload) ? payload.rtsp_url : null;
  for (const secret of rtsp_url === null ? [] : passwordsOf(rtsp_url)) redactor.add(secret);
  return redactor;
}

/** The password, decoded and as written in the address. */
function passwordsOf(url: string): string[] {
  try {
    const { password } = sourceFromUrl(url);
    const userInfo = /^\w+:\/\/(.*)@/s.exec(url)?.[1] ?? '';
    return [password, userInfo.slice(userInfo.indexOf(':') + 1)];
  } catch {
    // Not a parsable address; what looks like user information is masked too.
    return [];
  }
}

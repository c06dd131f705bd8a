/** Keeps camera passwords, which a delivery must carry, out of what is shown and stored of it. */
import { sourceFromUrl } from '#shared/camera-source.ts';
import { Redactor } from '#shared/redact.ts';
import { type DeliveryPayload, isEvent } from './delivery.ts';

/** The address at the end of a text that was cut off: its password may have lost the `@` that marks it. */
const CUT_URL = /\brtsps?:\/\/[^\s"'<>@]*$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL stores no NUL, terminals obey the others
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** A payload as it may be shown: the passwords in its addresses masked. */
export function maskPayload<P extends DeliveryPayload>(payload: P): P {
  if (isEvent(payload)) return payload;
  const redactor = redactorFor(payload);
  const mask = (text: string | null): string | null => (text === null ? null : redactor.redact(text));
  return { ...payload, rtsp_url: mask(payload.rtsp_url), video_url: mask(payload.video_url) };
}

/**
 * The receiver's words as they may be stored. Validation errors repeat what was sent, password included.
 * @param isCut whether the text went on
 */
export function maskAnswer(text: string, payload: DeliveryPayload, isCut: boolean): string {
  const whole = isCut ? text.replace(CUT_URL, 'rtsp://***') : text;
  return redactorFor(payload).redact(whole).replace(CONTROL_CHARACTERS, '\ufffd');
}

function redactorFor(payload: DeliveryPayload): Redactor {
  const redactor = new Redactor();
  const rtsp_url = isEvent(payload) ? null : payload.rtsp_url;
  for (const secret of rtsp_url === null ? [] : passwordsOf(rtsp_url)) redactor.add(secret);
  return redactor;
}

/** The password decoded, and as it stands in the address. */
function passwordsOf(url: string): string[] {
  try {
    const { password } = sourceFromUrl(url);
    const userInfo = /^\w+:\/\/(.*)@/s.exec(url)?.[1] ?? '';
    return [password, userInfo.slice(userInfo.indexOf(':') + 1)];
  } catch {
    // Not an address that we read; what looks like user information is masked all the same.
    return [];
  }
}

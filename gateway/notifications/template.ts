/** Bodies of webhooks from a template: `{{field}}` stands for a fact of the notice. */
import type { Notice } from '#shared/contract/notification.ts';
import { AppError } from '#shared/errors.ts';

const FIELD = /\{\{\s*(\w+)\s*\}\}/g;

/** How values are written, by content type. */
const ESCAPES: Record<string, (value: string | number | null) => string> = {
  'application/json': (value) =>
    typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value),
  'text/plain': (value) => String(value ?? ''),
  'application/x-www-form-urlencoded': (value) => encodeURIComponent(value ?? ''),
};

const SAMPLE: Notice = {
  id: 'ntc_1',
  notification: 'Test',
  title: 'Person at "Front Door"',
  message: 'Line 1\nLine 2',
  kind: 'person',
  cameraId: '1',
  camera: 'Front Door',
  at: '2026-01-01T00:00:00.000Z',
  url: 'http://gateway.example/',
  picture: null,
  happenings: [],
  more: 0,
};

/** A body. The template was checked before. */
export function renderTemplate(template: string, contentType: string, notice: Notice): string {
  const facts = factsOf(notice);
  const write = ESCAPES[contentType] as (value: string | number | null) => string;
  return template.replace(FIELD, (_, name: string) => write(facts[name] ?? (name in NUMBERS ? null : '')));
}

/** @throws AppError `invalid-field` naming what is wrong with a template */
export function expectTemplate(template: string, contentType: string): void {
  const known = Object.keys(factsOf(SAMPLE));
  for (const [, name = ''] of template.matchAll(FIELD)) {
    if (!known.includes(name)) throw invalid(`{{${name}}} is not a field; there are ${known.join(', ')}`);
  }
  if (template.replace(FIELD, '').includes('{{')) throw invalid('a "{{" is not closed by "}}"');
  if (contentType === 'application/json' && !isJson(renderTemplate(template, contentType, SAMPLE)))
    throw invalid('is not JSON once the fields are filled in; texts need quotes: "{{title}}"');
}

const NUMBERS = { score: true, more: true };

/** Every field of templates. */
function factsOf({ happenings, ...notice }: Notice): Record<string, string | number | null> {
  const [first] = happenings;
  return {
    ...notice,
    label: first?.label ?? '',
    score: first?.score ?? null,
    zones: first?.zones.join(', ') ?? '',
    answer: first?.answer ?? '',
    eventId: first?.eventId ?? '',
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(reason: string): AppError {
  return new AppError('invalid-field', `target.template: ${reason}`, { field: 'target.template' });
}

/** Follows what a camera itself finds, by a pull point (ONVIF Core Specification, section 9.2). */
import type { DeviceEvent, DeviceEventKind } from '#shared/device-events.ts';
import { AppError } from '#shared/errors.ts';
import type { OnvifDevice } from './onvif-device.ts';

/** The library lets a camera hold an empty answer back for a minute. */
export const PULL_TIMEOUT_MS = 75_000;
/** A camera that is asked for no more may answer immediately each time. */
const MIN_PULL_MS = 250;
const MESSAGES_EACH = 30;
const MAX_RULE = 128;
/** Words of topics, as the specifications and makers write them; the first that fits counts. */
const KINDS: readonly (readonly [RegExp, DeviceEventKind])[] = [
  [/tamper|globalscenechange|imagetoo(?:dark|bright|blurry)/i, 'tampering'],
  [/linedetector|linecross|crossed/i, 'crossing'],
  [/people|person|human/i, 'person'],
  [/motion/i, 'motion'],
];

/** Subscribes and tells every event until `signal` aborts; always ends by throwing. @throws AppError `control-…` */
export async function followEvents(
  device: Pick<OnvifDevice, 'call' | 'close'>,
  { onSubscribed, onEvent }: { onSubscribed(): void; onEvent(event: DeviceEvent): void },
  signal: AbortSignal,
): Promise<never> {
  // Ends a question that the camera holds back.
  const end = (): void => device.close();
  signal.addEventListener('abort', end, { once: true });
  try {
    await device.call('createPullPointSubscription');
    onSubscribed();
    for (;;) {
      if (signal.aborted) throw new AppError('control-unreachable', 'The client has gone');
      const startedAt = performance.now();
      for (const event of eventsIn(await device.call('pullMessages', { messageLimit: MESSAGES_EACH })))
        onEvent(event);
      // Some lengthen a subscription with each question, and do not know how to renew.
      await device.call('renew', {}).catch(() => {});
      await pause(MIN_PULL_MS - (performance.now() - startedAt));
    }
  } finally {
    signal.removeEventListener('abort', end);
    await device.call('unsubscribe').catch(() => {});
    device.close();
  }
}

/** The events in an answer to PullMessages, as the library reads it. */
export function eventsIn(pulled: unknown): DeviceEvent[] {
  const messages = listOf(record(pulled).notificationMessage).slice(0, MESSAGES_EACH * 2);
  return messages.flatMap((message): DeviceEvent[] => {
    const topic = textOf(record(message).topic).replace(/\b[\w-]+:/g, '');
    const kind = KINDS.find(([pattern]) => pattern.test(topic))?.[1];
    if (kind === undefined) return [];
    const { source, data, $: attributes } = record(record(record(message).message).message);
    const rule = [topic, ...itemsOf(source).map(({ value }) => String(value))].join(' ').slice(0, MAX_RULE);
    const isOn = itemsOf(data).find(({ value }) =>
      ['true', 'false', '0', '1'].includes(String(value)),
    )?.value;
    // What was so before we asked is no event, but for what goes on.
    const isOld = record(attributes).PropertyOperation === 'Initialized';
    const isStart = isOn === true || isOn === 1;
    if (isOn === undefined) return isOld ? [] : [{ type: 'event', kind, state: 'moment', rule }];
    return [{ type: 'event', kind, state: isStart ? 'start' : 'end', rule }];
  });
}

interface Item {
  name: unknown;
  value: unknown;
}

function itemsOf(element: unknown): Item[] {
  return listOf(record(element).simpleItem).map((item) => {
    const { Name: name, Value: value } = record(record(item).$);
    return { name, value };
  });
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : record(value)._;
  return typeof text === 'string' ? text.slice(0, MAX_RULE) : '';
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

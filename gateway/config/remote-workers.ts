/** Settings of workers that the gateway does not start itself. */
import { type Environment, readOptional, readText, SettingsError } from '#shared/settings.ts';
import { readWorkerSecret } from '#shared/worker-secret.ts';

/** Where they are found. */
export interface RemoteWorkersConfig {
  /** Origins: `http://10.0.0.7:8082`. */
  urls: readonly string[];
  dns: WorkerDns | undefined;
  /** Access token of all of them. */
  secret: string;
}

/** A name that is looked up again and again. */
export interface WorkerDns {
  protocol: 'http:' | 'https:';
  name: string;
  /** Undefined: SRV records name it. */
  port: number | undefined;
}

const DNS_NAME = /^(?<name>[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:(?<port>\d{1,5}))?$/;
const MAX_PORT = 65_535;

/** @returns undefined where the gateway starts its workers itself @throws SettingsError */
export function loadRemoteWorkers(env: Environment): RemoteWorkersConfig | undefined {
  const urls = readUrls(env);
  const dns = readDns(env);
  const secret = readWorkerSecret(env);
  if (urls.length === 0 && dns === undefined) return undefined;
  if (secret === undefined)
    throw new SettingsError('WORKER_SECRET', '', 'set where WORKER_URLS or WORKER_DNS is');
  return { urls, dns, secret };
}

function readUrls(env: Environment): string[] {
  const texts = readText(env, 'WORKER_URLS', '').split(',');
  return texts.flatMap((part) => {
    const text = part.trim();
    if (text === '') return [];
    const url = URL.parse(text);
    const isOrigin = url !== null && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
    if (!isOrigin)
      throw new SettingsError('WORKER_URLS', text, 'URLs like http://10.0.0.7:8082 with commas between them');
    return [url.origin];
  });
}

function readDns(env: Environment): WorkerDns | undefined {
  const text = readOptional(env, 'WORKER_DNS');
  if (text === undefined) return undefined;
  const [, scheme = 'http', rest = ''] = /^(?:(https?):\/\/)?(.*)$/.exec(text) ?? [];
  const { name, port } = DNS_NAME.exec(rest)?.groups ?? {};
  const number = port === undefined ? undefined : Number(port);
  if (name === undefined || (number !== undefined && (number < 1 || number > MAX_PORT)))
    throw new SettingsError('WORKER_DNS', text, 'a name with a port, or the name of an SRV record');
  return { protocol: scheme === 'https' ? 'https:' : 'http:', name, port: number };
}

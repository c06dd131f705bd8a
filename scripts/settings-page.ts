/** docs/settings.md: names, defaults and texts from .env.example, allowed values from the code. */
import { readFileSync } from 'node:fs';
import { type Environment, SettingsError } from '#shared/settings.ts';
import { loadAgentConfig } from '../agent/config.ts';
import { loadConfig as loadGateway } from '../gateway/config/config.ts';
import { SECRET_SETTINGS } from '../gateway/config/secret-files.ts';
import { loadMcpConfig } from '../gateway/mcp/config.ts';
import { loadConfig as loadAnalysis } from '../workers/analysis/config.ts';
import { loadConfig as loadRtsp } from '../workers/rtsp/config.ts';
import { loadConfig as loadSimulator } from '../workers/simulator/config.ts';

const LOADERS = [loadGateway, loadRtsp, loadAnalysis, loadSimulator, loadMcpConfig, loadAgentConfig];
/** Some variables are read only where another one is set. */
const COMPLETE = {
  MEDIAMTX_API_URL: 'http://localhost:9997',
  MEDIAMTX_API_USER: 'user',
  MEDIAMTX_GATEWAY_URL: 'http://gateway:5000',
  WORKER_RECORDINGS_DIR: '/recordings',
  UPLOADS_S3_BUCKET: 'uploads',
  UPLOADS_S3_ACCESS_KEY_ID: 'id',
  UPLOADS_S3_SECRET_ACCESS_KEY: 'secret',
};
/** A value that every check refuses. */
const BAD = '\u0001';

/** Variables that the gateway or the platform sets, not the operator. */
export const SET_BY_OTHERS: Readonly<Record<string, string>> = {
  WORKER_INSTANCE: 'Random nonce of a worker process. Set by the gateway.',
  WORKER_EPOCH: 'Number of the process in its slot. Set by the gateway.',
  WORKER_TOKEN: 'Secret that requests to a worker carry. Set by the gateway.',
  WORKER_TRAIL: 'Whether the worker records its current work in a file. Set by the gateway.',
  WORKER_QUARANTINE: 'Marks a worker for quarantined cameras. Set by the gateway.',
  WORKER_RECORDINGS_DIR: 'Folder of recordings. Set by the gateway.',
  WORKER_RECORDINGS_RESERVE_MB: 'Disk space that recordings leave free. Set by the gateway.',
  WORKER_RECORDINGS_QUOTA_MB:
    'Disk space of what the worker keeps by itself. Set by the gateway or the agent.',
  WORKER_RECORDINGS_MEMORY_MB: 'Memory for the newest seconds of cameras. Set by the gateway.',
  WORKER_DECODER_MB: 'Memory of all decoders of a worker, MB. Set by the gateway.',
  AGENT_GATEWAY_URL: 'Gateway that a worker dials out to. Set by the agent.',
  AGENT_LINK_TOKEN: 'Token of the agent of a worker. Set by the agent.',
  OWN_PORTS: 'Ports of the gateway, which no camera may have. Set by the gateway.',
  REPL_ID: 'Marks Replit, where `PUBLIC=auto` means `on`. Set by Replit.',
  REPLIT_DEV_DOMAIN: 'Host name of the gateway. Set by Replit.',
  REPLIT_DOMAINS: 'Host names of the gateway. Set by Replit.',
};

/** Passed on to the workers as they are. */
const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
const PASSED_ON = [...['PATH', 'HOME', 'TZ', 'LANG', 'LC_ALL', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'], ...PROXIES];

/** One variable of .env.example. */
export interface Setting {
  name: string;
  /** Empty: unset. */
  value: string;
  about: string;
}

/** A part of .env.example under one heading. */
export interface Section {
  title: string;
  settings: Setting[];
}

/** Parses .env.example: `## Section`, `# text`, `#NAME=default`. */
export function readExample(): Section[] {
  const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  const sections: Section[] = [];
  let about: string[] = [];
  for (const line of text.split('\n')) {
    const [, title] = /^## (.+)/.exec(line) ?? [];
    const [, name, value = ''] = /^#([A-Z\d_]+)=(.*)/.exec(line) ?? [];
    const [, words] = /^# (.+)/.exec(line) ?? [];
    if (title !== undefined) sections.push({ title, settings: [] });
    else if (name !== undefined) sections.at(-1)?.settings.push({ name, value, about: about.join(' ') });
    about = words === undefined ? [] : [...about, words];
  }
  return sections;
}

/** Names of all variables that the code reads, without those that are only passed on. */
export function namesRead(): string[] {
  const names = new Set<string>();
  const env = new Proxy<Record<string, string>>(COMPLETE, {
    get: (target, name) => {
      names.add(String(name));
      return target[String(name)];
    },
  });
  for (const load of LOADERS) load(env);
  return [...names].filter((name) => !PASSED_ON.includes(name)).sort();
}

/** Whether a value means the same as no value to a process that reads the variable. */
export function isDefault({ name, value }: Setting): boolean {
  return LOADERS.filter((load) => reads(load, name)).some(
    (load) => JSON.stringify(load({ ...COMPLETE, [name]: value })) === JSON.stringify(load(COMPLETE)),
  );
}

/** The page. */
export function settingsPage(): string {
  const sections = readExample().map(
    ({ title, settings }) => `## ${title}\n\n${table(settings.map(settingRow))}`,
  );
  const others = Object.entries(SET_BY_OTHERS).map(([name, about]) => `- \`${name}\`: ${about}`);
  return `${HEAD}\n${sections.join('\n')}\n## Set by others\n\n${others.join('\n')}\n`;
}

const HEAD = `# Settings

<!-- Made by \`npm run settings\` from .env.example and the code. Do not edit. -->

Set them in the environment or in a \`.env\` file; [.env.example](../.env.example) lists them all.
A bad value stops the start with exit code 78 and a message that names the variable.

Secrets may also come from files, as Docker and Kubernetes mount them: set \`NAME_FILE\` to the path in
place of \`NAME\`. This works for ${SECRET_SETTINGS.map((name) => `\`${name}\``).join(', ')}.
`;

function settingRow({ name, value, about }: Setting): string[] {
  return [`\`${name}\``, value === '' ? '' : `\`${value}\``, allowed(name), about];
}

/** Columns are padded as the formatter does it. */
function table(rows: string[][]): string {
  const head = ['variable', 'default', 'allowed', 'meaning'];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows]
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`)
    .join('');
}

/** What the code says when it refuses a value; empty for text without a check. */
function allowed(name: string): string {
  for (const load of LOADERS) {
    try {
      load({ ...COMPLETE, [name]: BAD });
    } catch (error) {
      if (error instanceof SettingsError)
        return error.message.replace(/^.* must be (a whole number from )?/s, '');
      throw error;
    }
  }
  return 'text';
}

function reads(load: (env: Environment) => unknown, name: string): boolean {
  let isRead = false;
  load(
    new Proxy<Record<string, string>>(COMPLETE, {
      get: (target, key) => {
        isRead ||= key === name;
        return target[String(key)];
      },
    }),
  );
  return isRead;
}

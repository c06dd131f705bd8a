/** Asks the person at the terminal for what is missing. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { SettingsError } from '#shared/settings.ts';
import { type AgentConfig, checkToken, checkUrl } from './config.ts';

/** The used part of `process`. */
export type Terminal = Pick<NodeJS.Process, 'stdin' | 'stdout'>;

/** Address and token of an agent. */
export interface Target {
  url: string;
  token: string;
}

/** @throws SettingsError for what is missing where no person can be asked */
export async function completeTarget(
  { gatewayUrl, token }: Pick<AgentConfig, 'gatewayUrl' | 'token'>,
  { stdin, stdout }: Terminal,
): Promise<Target> {
  if (gatewayUrl !== undefined && token !== undefined) return { url: gatewayUrl, token };
  if (!stdin.isTTY || !stdout.isTTY) {
    const missing = gatewayUrl === undefined ? 'GATEWAY_URL' : 'AGENT_TOKEN';
    throw new SettingsError(missing, '', 'set: the page Agents of the gateway shows both');
  }
  return {
    url: gatewayUrl ?? checkUrl(await question('Address of the gateway (https://…): ', stdin, stdout)),
    token: token ?? (await secretQuestion('Token of this agent (from the page Agents): ', stdin, stdout)),
  };
}

async function question(text: string, input: Terminal['stdin'], output: Writable): Promise<string> {
  const lines = createInterface({ input, output, terminal: true });
  try {
    return (await lines.question(text)).trim();
  } finally {
    lines.close();
  }
}

/** What is typed is not shown. */
async function secretQuestion(text: string, input: Terminal['stdin'], output: Writable): Promise<string> {
  output.write(text);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await question('', input, nowhere);
  output.write('\n');
  return checkToken(answer);
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect } from 'chai';
import { blocksOf, inlineCode } from '../documents/blocks.ts';
import { curlExamples, GIVEN, swapsAt } from '../documents/curl-examples.ts';
import { json, LocalMoondream } from '../gateway/moondream/harness.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway, startSimulator } from '../support/processes.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeVideoFile } from '../support/video-file.ts';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
/** Every answer but a success fails the command. */
const STRICT = 'set -e; curl() { command curl --silent --show-error --fail-with-body "$@"; }\n';
const examples = curlExamples();

describe('The documents, with a gateway and simulated cameras', function () {
  this.timeout(90_000);
  const folder = temporaryFolder();
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  let model: LocalMoondream;
  let gateway: RunningProcess;
  let swaps: [string, string][];

  before(async () => {
    simulator = await startSimulator();
    model = await LocalMoondream.open();
    model.answer = (response) =>
      json(response, 200, { answer: 'Yes.', objects: [], points: [{ x: 0.35, y: 0.61 }] });
    gateway = await startGateway({
      MOONDREAM_API_URL: model.url,
      MOONDREAM_RATE: '100',
      APP_PY_URL: model.url,
      RATE_LIMIT_WRITES: '1000',
    });
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok);
    await makeVideoFile(join(folder, 'film.mp4'));
    swaps = swapsAt({ ...simulator, origin: gateway.origin });
  });

  after(async () => {
    await gateway?.end();
    await simulator?.end();
    model?.close();
  });

  /** Removes all cameras, stores those of a page, and waits until they are live. */
  async function furnish(cameras: Record<string, string>): Promise<void> {
    const api = `${gateway.origin}/api/cameras`;
    for (const { id } of (await getJson(api)).body) {
      await fetch(`${api}/${id}`, { method: 'DELETE' });
      await postJson(`${api}/disconnect`, { cameraId: id });
    }
    for (const [id, path] of Object.entries(cameras)) {
      const ptz = { kind: 'onvif', port: simulator.ptzPort };
      const url = `rtsp://127.0.0.1:${simulator.rtspPort}${path}`;
      const stored = await postJson(api, { id, name: id, url, ...(path === '/ptz' ? { ptz } : {}) });
      expect(stored.status).to.equal(201);
    }
    for (const id of Object.keys(cameras))
      await waitFor(async () => (await getJson(`${api}/${id}/status`)).body.connected, { timeoutMs: 30_000 });
  }

  function withRealAddresses(printed: string): string {
    return swaps.reduce((text, [from, to]) => text.replaceAll(from, to), printed);
  }

  for (const [page, commands] of examples) {
    describe(page, () => {
      before(() => furnish(GIVEN[page] ?? {}));

      for (const command of commands) {
        it(`runs as printed: ${command.split('\n')[0]}`, async () => {
          const script = STRICT + withRealAddresses(command);
          await run('bash', ['-c', script], { cwd: folder }).catch(({ stdout, stderr }) => {
            throw new Error(`${stdout}${stderr}`);
          });
        });
      }
    });
  }

  describe('docs/mcp.md', () => {
    const [overHttp, overStdio] = blocksOf(['docs/mcp.md']).map(
      ({ text }) => JSON.parse(text).mcpServers.cameras,
    );

    /** Connects as a client that was given such settings. */
    async function tools(transport: Parameters<Client['connect']>[0]): Promise<string[]> {
      const client = new Client({ name: 'test', version: '1.0.0' });
      await client.connect(transport);
      const listed = (await client.listTools()).tools.map(({ name }) => name);
      await client.close();
      return listed;
    }

    it('connects over HTTP with its settings', async () => {
      const url = new URL(overHttp.url.replace('http://192.168.1.20:5000', gateway.origin));
      const key = (await postJson(`${gateway.origin}/api/keys`, { name: 'Assistant', scope: 'operate' }))
        .body;
      const headers = { Authorization: overHttp.headers.Authorization.replace('KEY', key.key) };
      expect(await tools(new StreamableHTTPClientTransport(url, { requestInit: { headers } }))).to.include(
        'ask_cameras',
      );
    });

    it('connects over stdio with its settings', async () => {
      const { command, args } = overStdio;
      const env = { PATH: process.env.PATH ?? '', GATEWAY_URL: gateway.origin };
      const real = args.map((arg: string) => (arg.startsWith('/path/to/') ? ROOT : arg));
      expect(await tools(new StdioClientTransport({ command, args: real, env }))).to.include('list_cameras');
    });

    it('lists the tools that there are', async () => {
      const url = new URL(`${gateway.origin}/mcp`);
      const named = inlineCode('docs/mcp.md').filter((code) => /^[a-z]+(_[a-z]+)+$/.test(code));
      expect(named).to.have.members(await tools(new StreamableHTTPClientTransport(url)));
    });
  });

  describe('docs/mcp-session.md', () => {
    const messages = blocksOf(['docs/mcp-session.md']).map(({ text }) => JSON.parse(text));
    const requests = messages.filter(({ method }) => method !== undefined);

    before(() => furnish({ '1': '/1', '2': '/2', '3': '/3', '4': '/4' }));

    for (const request of requests) {
      const subject = [request.method, request.params.name].filter(Boolean).join(' ');
      it(`gets an answer of the printed form: ${subject}`, async () => {
        const printed = messages.find(({ id, result }) => id === request.id && result !== undefined);
        const response = await fetch(`${gateway.origin}/mcp`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
          body: JSON.stringify(request),
        });
        const answer = asPrinted(JSON.parse(/\{.*\}/.exec(await response.text())?.[0] ?? ''));
        expect(formOf(answer)).to.deep.equal(formOf(printed));
        if (request.method === 'tools/list') expect(answer).to.deep.equal(printed);
      });
    }
  });
});

/** A list of tools as the page shortens it. */
function asPrinted(message: { result: { tools?: { name: string; title: string }[] } }): object {
  const { tools } = message.result;
  if (tools === undefined) return message;
  return { ...message, result: { tools: tools.map(({ name, title }) => `${name}: ${title}`) } };
}

/** Names and types in a message; text that is JSON is looked into, a list is like its first item. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(formOf);
  if (typeof value === 'string' && /^[[{]/.test(value)) return formOf(JSON.parse(value));
  if (typeof value !== 'object' || value === null) return typeof value;
  // Only language models estimate coordinates.
  const entries = Object.entries(value).filter(([name]) => name !== 'coordinates');
  return Object.fromEntries(entries.map(([name, each]) => [name, formOf(each)]));
}

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect } from 'chai';
import { ROOT } from '../../support/source-files.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { frameAnswer, jpegOf, json, LocalMoondream } from '../moondream/harness.ts';

const ADMIN = 'correct-horse-battery-staple';
const VIEWER = 'viewer-token-of-this-test';
const JPEG = jpegOf(640, 360);

describe('The gateway as a server of tools for agents', () => {
  let moondream: LocalMoondream;
  let gateway: TestGateway;
  let key: string;
  const clients: Client[] = [];

  before(async () => {
    moondream = await LocalMoondream.open();
    moondream.answer = (response) => json(response, 200, { answer: 'Yes, it is.' });
    const env = {
      ...{ API_TOKEN: ADMIN, VIEWER_TOKEN: VIEWER, MOONDREAM_API_URL: moondream.url, MOONDREAM_RATE: '1000' },
      ...{ RATE_LIMIT_WRITES: '100000', RATE_LIMIT_API: '100000', RATE_LIMIT_MOONDREAM: '100000' },
    };
    gateway = await TestGateway.open({ env });
    for (const id of ['1', '2']) {
      await api('cameras', { id, name: `Camera ${id}`, url: 'rtsp://192.0.2.1/1' });
      for (const worker of gateway.workers)
        worker.answers.set(
          `GET /api/cameras/${id}/frame`,
          frameAnswer({ sequence: 7, timestamp: 1_790_000_000.25 }, JPEG),
        );
    }
    key = (await api('keys', { name: 'Agent', scope: 'operate', cameras: ['2'] })).key;
  });
  after(async () => {
    for (const client of clients) await client.close();
    await gateway.close();
    moondream.close();
  });

  async function api(path: string, body: object) {
    const response = await fetch(`${gateway.origin}/api/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${ADMIN}` },
      body: JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
    return (await response.json()) as any;
  }

  async function connect(token?: string, origin = gateway.origin): Promise<Client> {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    // Not of this machine: the tests are, and need no token here.
    headers['X-Forwarded-For'] = '203.0.113.9';
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), { requestInit: { headers } }),
    );
    clients.push(client);
    return client;
  }

  async function call(
    client: Client,
    name: string,
    args: object = {},
    // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
  ): Promise<{ isError?: boolean; content: any[] }> {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    return (await client.callTool({ name, arguments: args as Record<string, unknown> })) as any;
  }
  const textOf = async (client: Client, name: string, args: object = {}) =>
    JSON.parse((await call(client, name, args)).content[0].text);

  it('tells what it is and offers tools by role', async () => {
    const admin = await connect(ADMIN);
    expect(admin.getServerVersion()).to.include({ name: 'visual-reasoning-gateway' });
    expect(admin.getInstructions()).to.include('list_cameras');
    const names = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);
    const all = await names(admin);
    expect(all).to.include.members([
      'list_cameras',
      'ask_cameras',
      'create_watch',
      'move_camera',
      'search_events',
    ]);
    const looking = await names(await connect(VIEWER));
    expect(looking).to.include.members(['list_cameras', 'take_snapshot', 'list_events', 'search_answers']);
    expect(
      looking.filter((name) =>
        /^(?:ask|describe|find|point|count|create|pause|delete|move|stop|go)/.test(name),
      ),
    ).to.deep.equal([]);
  });

  it('wants a token or a key', async () => {
    for (const token of [undefined, 'wrong'])
      expect(
        await connect(token).then(
          () => 'connected',
          (error: Error) => error.message,
        ),
      ).to.match(/401|unauthorized/i);
  });

  it('lists cameras, and shows what one sees as an image', async () => {
    const client = await connect(ADMIN);
    expect((await textOf(client, 'list_cameras')).map(({ id }: { id: string }) => id)).to.deep.equal([
      '1',
      '2',
    ]);
    const { content } = await call(client, 'take_snapshot', { cameraId: '1', width: 640 });
    expect(content[0]).to.deep.equal({
      type: 'image',
      data: JPEG.toString('base64'),
      mimeType: 'image/jpeg',
    });
    expect(content[1].text).to.include('Camera 1, taken 2026-');
  });

  it('shows live pictures as resources', async () => {
    const client = await connect(VIEWER);
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).to.deep.equal(['camera://1/snapshot', 'camera://2/snapshot']);
    const { contents } = await client.readResource({ uri: 'camera://2/snapshot' });
    expect(contents[0]).to.include({ mimeType: 'image/jpeg', blob: JPEG.toString('base64') });
  });

  it('asks cameras, and finds the answer again', async () => {
    const client = await connect(ADMIN);
    const [answer] = await textOf(client, 'ask_cameras', {
      cameraIds: ['1'],
      question: 'Is the gate open?',
      answer: 'yesno',
    });
    expect(answer).to.include({ cameraId: '1', answer: 'Yes, it is.', value: true });
    const found = await textOf(client, 'search_answers', { words: 'GATE' });
    expect(found[0]).to.include({ question: 'Is the gate open?', value: true });
  });

  it('makes watches, pauses and removes them', async () => {
    const client = await connect(ADMIN);
    const watch = await textOf(client, 'create_watch', {
      cameraId: '1',
      prompt: 'Is the gate open?',
      everySeconds: 3600,
    });
    expect(watch).to.include({ cameraId: '1', everyMs: 3_600_000 });
    expect(await textOf(client, 'pause_watch', { watchId: watch.id, paused: true })).to.include({
      state: 'paused',
    });
    expect((await textOf(client, 'list_watches')).length).to.equal(1);
    await call(client, 'delete_watch', { watchId: watch.id });
    expect(await textOf(client, 'list_watches')).to.deep.equal([]);
  });

  it('lists and searches events', async () => {
    const client = await connect(VIEWER);
    expect(await textOf(client, 'list_events', { kind: 'motion' })).to.deep.equal([]);
    expect(await textOf(client, 'search_events', { words: 'red car' })).to.deep.equal([]);
  });

  it('tells failures in words, and refuses what the token may not do', async () => {
    const client = await connect(ADMIN);
    const unknown = await call(client, 'take_snapshot', { cameraId: 'x' });
    expect([unknown.isError, unknown.content[0].text]).to.deep.equal([
      true,
      'No camera x (camera-not-found)',
    ]);
    const viewer = await connect(VIEWER);
    const refused = await call(viewer, 'ask_cameras', { cameraIds: ['1'], question: 'Who?' }).catch(
      (error: Error) => ({
        isError: true,
        content: [{ text: error.message }],
      }),
    );
    expect(refused.isError).to.equal(true);
  });

  it('keeps a key to its cameras', async () => {
    const client = await connect(key);
    expect((await textOf(client, 'list_cameras')).map(({ id }: { id: string }) => id)).to.deep.equal(['2']);
    expect((await call(client, 'take_snapshot', { cameraId: '1' })).isError).to.equal(true);
    const answers = await textOf(client, 'ask_cameras', { cameraIds: ['*'], question: 'Who?' });
    expect(answers.map(({ cameraId }: { cameraId: string }) => cameraId)).to.deep.equal(['2']);
    expect(
      (await textOf(client, 'search_answers', {})).every(
        ({ cameraId }: { cameraId: string }) => cameraId === '2',
      ),
    ).to.equal(true);
  });

  it('serves an agent over stdio as well', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const env = { PATH: process.env.PATH ?? '', GATEWAY_URL: gateway.origin, GATEWAY_TOKEN: VIEWER };
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: ['gateway/mcp/main.ts'], cwd: ROOT, env }),
    );
    clients.push(client);
    expect((await textOf(client, 'list_cameras')).length).to.equal(2);
    expect((await client.listTools()).tools.map(({ name }) => name)).to.not.include('move_camera');
  });

  it('answers GET, which opens no session here, with 405', async () => {
    const response = await fetch(`${gateway.origin}/mcp`, { headers: { Authorization: `Bearer ${ADMIN}` } });
    expect(response.status).to.equal(405);
  });

  it('counts what tools change as changes, and what they read as reads', async () => {
    const strict = await TestGateway.open({ env: { API_TOKEN: ADMIN, RATE_LIMIT_WRITES: '2' } });
    const client = await connect(ADMIN, strict.origin);
    for (let count = 0; count < 5; count += 1) expect(await textOf(client, 'list_cameras')).to.deep.equal([]);
    const deleted = [];
    for (let count = 0; count < 3; count += 1)
      deleted.push((await call(client, 'delete_watch', { watchId: 'wat_none' })).content[0].text);
    expect(deleted[1]).to.include('watch-not-found');
    expect(deleted[2]).to.include('too-many-requests');
    await client.close();
    await strict.close();
  });
});

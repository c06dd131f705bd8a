import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { METRICS } from '#shared/contract/metrics.ts';
import { describeApi } from '../../gateway/openapi/document.ts';
import { browserAnswer, browserOffer } from '../doubles/peer-double.ts';
import { examplesOf, type Prepared, routeOf, runExample } from '../gateway/openapi/operation-runner.ts';
import { gatewayRoutes } from '../support/gateway-routes.ts';
import { getJson, postJson } from '../support/http.ts';
import { PROMTOOL, requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const SUBJECTS_OF_CAMERAS = ['Live pictures', 'Frames over WebSocket', 'Live video', 'Analysis'];
const CANDIDATE = 'candidate:1 1 UDP 2114977791 192.0.2.2 9911 typ host';
/** It is counted when something happens, and nothing does here. */
const ONLY_AFTER_EVENTS = ['gateway_events_total'];
const DASHBOARD = new URL('../../gateway/health/grafana-dashboard.json', import.meta.url);

const groups = (await gatewayRoutes()).filter(({ name }) => SUBJECTS_OF_CAMERAS.includes(name));
const document = await describeApi(groups, '0.0.0');

describe('The description of the API, with real cameras', () => {
  let gateway: RunningProcess;

  before(async () => {
    const nothing = 'http://127.0.0.1:9';
    gateway = await startGateway({
      DEMO_CAMERAS: 'on',
      MQTT_URL: 'mqtt://127.0.0.1:9',
      MEDIAMTX_API_URL: nothing,
      MEDIAMTX_MANAGE: 'on',
      APP_PY_URL: nothing,
    });
    await waitFor(async () => (await getJson(`${gateway.origin}/api/cameras/1/status`)).body.connected, {
      timeoutMs: 30_000,
    });
  });
  after(() => gateway?.end());

  const startSession = async (): Promise<string> =>
    (await postJson(`${gateway.origin}/api/webrtc/stream/1`, {})).body.sessionId;

  async function startWhep(): Promise<Prepared> {
    const answer = await fetch(`${gateway.origin}/whep/1`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: browserOffer(),
    });
    const sessionId = (answer.headers.get('location') ?? '').split('/').at(-1) as string;
    return { ids: { sessionId }, headers: { 'If-Match': answer.headers.get('etag') ?? '' } };
  }

  async function playlist(): Promise<string> {
    const read = async () => (await fetch(`${gateway.origin}/hls/1/index.m3u8`)).text();
    return waitFor(async () => ((await read()).startsWith('#EXTM3U') ? read() : ''));
  }

  const asJson = (body: object): Prepared => ({
    body: { type: 'application/json', text: JSON.stringify(body) },
  });

  /** What must be there before, by operation. */
  const preparations: Record<string, () => Promise<Prepared>> = {
    answerWebrtcOffer: async () =>
      asJson({ sessionId: await startSession(), type: 'answer', sdp: browserAnswer() }),
    addWebrtcCandidate: async () => {
      const sessionId = await startSession();
      await postJson(`${gateway.origin}/api/webrtc/answer`, { sessionId, sdp: browserAnswer() });
      return asJson({ sessionId, candidate: CANDIDATE });
    },
    endWebrtcSession: async () => ({ ids: { sessionId: await startSession() } }),
    listStreams: async () => ({ ids: { sessionId: await startSession() } }),
    createWhepSession: async () => ({ body: { type: 'application/sdp', text: browserOffer() } }),
    trickleWhepCandidates: async () => {
      const lines = [
        'a=ice-ufrag:abcd',
        'a=ice-pwd:abcdefghijklmnopqrstuvwx',
        'm=video 9 RTP/AVP 0',
        'a=mid:0',
      ];
      const text = [...lines, `a=${CANDIDATE}`, ''].join('\r\n');
      return { ...(await startWhep()), body: { type: 'application/trickle-ice-sdpfrag', text } };
    },
    endWhepSession: startWhep,
    getHlsPlaylist: async () => {
      await playlist();
      return {};
    },
    getHlsFile: async () => ({ ids: { hlsFile: /URI="(init-[^"]+)"/.exec(await playlist())?.[1] ?? '' } }),
  };

  for (const example of examplesOf(document)) {
    const { id, method, path } = example;
    it(`holds: ${method} ${path}`, async () => {
      await runExample(gateway.origin, routeOf(groups, id), example, await preparations[id]?.());
    });
  }

  /** Says something on a socket and waits for these types; expects that all that comes is described. */
  async function expectTypes(
    operation: string,
    path: string,
    messages: object[],
    types: string[],
  ): Promise<void> {
    const schema = routeOf(groups, operation).socket?.server;
    const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}${path}`);
    const texts: string[] = [];
    socket.on('message', (data, isBinary) => {
      if (!isBinary) texts.push(data.toString());
    });
    await once(socket, 'open');
    for (const message of messages) socket.send(JSON.stringify(message));
    const isThere = (type: string) => texts.some((text) => JSON.parse(text).type === type);
    await waitFor(() => types.every(isThere), { message: `${types} on ${path}` });
    socket.terminate();
    for (const text of texts) expect(schema?.parse(JSON.parse(text))).to.deep.equal(JSON.parse(text));
  }

  it('holds: messages of /ws', async () => {
    const frames = { action: 'subscribe', cameraId: '1', fps: 5, width: 160 };
    await expectTypes('openFrameSocket', '/ws', [frames], ['frame']);
    await expectTypes('openFrameSocket', '/ws', [{ ...frames, encoding: 'notify' }], ['frame']);
    await expectTypes(
      'openFrameSocket',
      '/ws',
      [{ action: 'nonsense' }, { action: 'ping' }],
      ['error', 'pong'],
    );
  });

  it('holds: messages of /ws/webrtc', async () => {
    const path = `/ws/webrtc/${await startSession()}`;
    const said = [{ type: 'offer' }, { type: 'ping' }];
    await expectTypes('openSessionSocket', path, said, ['candidate', 'offer', 'pong']);
  });

  it('holds: messages of /ws/mse', async () => {
    await expectTypes('openMseSocket', '/ws/mse/1', [{ action: 'ping' }], ['init', 'pong']);
  });

  describe('GET /metrics', () => {
    /** Its camera is analysed: elsewhere no analysis worker runs. */
    let analysing: RunningProcess;
    /** Once this is among it: a worker that takes longer than a second is left out. */
    const exposition = ({ origin }: RunningProcess, part: string): Promise<string> => {
      const read = async () => (await fetch(`${origin}/metrics`)).text();
      const whole = async () => [await read()].find((text) => text.includes(`\n${part}{`));
      return waitFor(whole, { timeoutMs: 40_000, message: part });
    };
    const ofCameras = () => exposition(gateway, 'camera_viewers');
    const ofAnalysis = () => exposition(analysing, 'analysis_pictures_total');

    before(async () => {
      analysing = await startGateway({ RTSP_WORKERS: '1' });
      const camera = { id: '1', url: 'rtsp://127.0.0.1:9/1', analysis: { motion: true } };
      await waitFor(async () => (await postJson(`${analysing.origin}/api/cameras`, camera)).status === 201);
      await ofAnalysis();
      // Deliveries are counted now and then, for the first time a moment after the start.
      await exposition(gateway, 'gateway_deliveries');
    });
    after(() => analysing?.end());

    it('exposes what the catalogue lists, in these words, and nothing else', async () => {
      const analysis = (await ofAnalysis()).match(/^(?:# \w+ )?analysis_.*\n/gm) ?? [];
      // The demo's cameras are analysed only while a client watches.
      const others = (await ofCameras()).replaceAll(/^(?:# \w+ )?analysis_.*\n/gm, '');
      const text = others + analysis.join('');
      const exposed = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)\n\S+?(?:\{(.*)\})? /gm)].map(
        ([, name, help, type, labels = '']) => ({
          name,
          type,
          // Of the buckets of histograms.
          labels: [...labels.matchAll(/(\w+)="/g)].map((match) => match[1]).filter((label) => label !== 'le'),
          help,
        }),
      );
      const listed = Object.entries(METRICS).map(([name, definition]) => ({ name, ...definition }));
      const isAlwaysThere = ({ name = '' }: { name?: string | undefined }) =>
        !ONLY_AFTER_EVENTS.includes(name);
      expect(exposed.filter(isAlwaysThere)).to.have.deep.members(listed.filter(isAlwaysThere));
      expect(listed).to.deep.include.members(exposed);
    });

    it('exposes what promtool takes, with one complaint about a name that is kept for older dashboards', async function () {
      requirePeer(this, 'promtool');
      for (const input of [await ofCameras(), await ofAnalysis()]) {
        const { stdout, stderr } = spawnSync(PROMTOOL, ['check', 'metrics'], { input, encoding: 'utf8' });
        const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
        expect(
          complaints.filter((line) => !line.startsWith('analysis_motion_milliseconds_total ')),
        ).to.deep.equal([]);
      }
    });

    it('exposes everything that the Grafana dashboard asks for, with its labels', async () => {
      const text = await ofCameras();
      const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
        panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
      };
      const targets = panels.flatMap((panel) => panel.targets ?? []);
      expect(targets).to.have.length.greaterThan(20);
      for (const { expr, legendFormat } of targets) {
        const names = expr.match(/\b(?:gateway|worker|camera)_\w+/g) ?? [];
        expect(names, expr).to.not.deep.equal([]);
        for (const name of names) expect(text, expr).to.match(new RegExp(`^${name}[{ ]`, 'm'));
        const label = /^\{\{(\w+)\}\}$/.exec(legendFormat)?.[1];
        if (label !== undefined) expect(text, expr).to.match(new RegExp(`^${names[0]}\\{.*${label}="`, 'm'));
      }
    });
  });
});

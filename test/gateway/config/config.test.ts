import { resolve } from 'node:path';
import { expect } from 'chai';
import { SettingsError } from '#shared/settings.ts';
import { loadConfig } from '../../../gateway/config/config.ts';
import { QUARANTINE, rtspWorkerNames, workerSpecs } from '../../../gateway/worker-specs.ts';

describe('The configuration', () => {
  it('has a default for everything', () => {
    const {
      workerEnv,
      dataDir,
      store,
      webrtc,
      auth,
      perception,
      addresses: _addresses,
      recordings,
      ...config
    } = loadConfig({}, { cores: 8, memoryBytes: 64 * 1024 ** 3 });
    expect(config).to.deep.equal({
      host: '0.0.0.0',
      port: 5000,
      logLevel: 'info',
      isPrettyLog: false,
      workers: {
        rtsp: 2,
        portBase: 8082,
        maxRssBytes: 2048 * 1024 * 1024,
        maxPixels: 64_000_000,
        decoder: 'software',
        labels: {},
      },
      demo: { isOn: true, isAnalysed: true, rtspPort: 8554 },
      restreamPort: 0,
      mqtt: undefined,
      smtp: undefined,
      remoteWorkers: undefined,
      cluster: undefined,
      limits: {
        headerMs: 10_000,
        bodyMs: 10_000,
        bodies: { json: 131_072, image: 8_388_608, import: 16_777_216 },
        cameras: 256,
        connections: 2000,
        connectionsPerClient: 200,
        sockets: 1000,
        socketsPerClient: 50,
        subscriptions: 64,
        uploads: 2,
      },
    });
    expect(recordings).to.deep.equal({
      isHere: true,
      folder: resolve('data/recordings'),
      quotaBytes: 20_480 * 1024 * 1024,
      ringBytes: 512 * 1024 * 1024,
      clip: { beforeMs: 10_000, afterMs: 20_000, keepMs: 7 * 86_400_000 },
    });
    expect(auth).to.deep.equal({
      isOn: true,
      apiToken: undefined,
      viewerToken: undefined,
      isPublic: false,
      allowedHosts: [],
      allowedOrigins: [],
      proxy: undefined,
      limits: {
        api: 300,
        writes: 60,
        logins: 5,
        loginsHourly: 20,
        moondream: 30,
        connects: 10,
        uploadsHourly: 10,
      },
    });
    expect(perception).to.deep.equal({
      analysis: { isOn: true, fps: 5, personModel: undefined, faceModel: undefined },
      deliversEvents: false,
      eventsRetentionDays: 7,
      moondream: {
        apiUrl: undefined,
        apiKey: undefined,
        model: undefined,
        timeoutMs: 60_000,
        ratePerSecond: 2,
        dailyMax: 1000,
        budget: { total: 600, perCamera: 120 },
      },
      vlm: {
        url: undefined,
        apiKey: undefined,
        model: undefined,
        timeoutMs: 120_000,
        ratePerSecond: 2,
        dailyMax: 1000,
      },
      reasoning: {
        provider: 'auto',
        history: { days: 30, maxAnswers: 10_000, maxBytes: 256 * 1024 * 1024 },
        digest: undefined,
      },
    });
    expect(webrtc).to.deep.equal({
      udpPort: undefined,
      publicAddresses: [],
      iceServers: [],
      maxSessions: 256,
    });
    expect(store).to.deep.equal({
      databaseUrl: undefined,
      secretKey: undefined,
      camerasFile: undefined,
      uploads: {
        maxBytes: 2 * 1024 ** 3,
        reserveBytes: 1024 ** 3,
        quotaBytes: 5 * 1024 ** 3,
        bucket: undefined,
      },
      deliveries: { appPyUrl: undefined, webhookSecret: undefined },
      mediamtx: undefined,
    });
    expect(dataDir).to.match(/\/data$/);
    expect(workerEnv).to.deep.equal({});
  });

  it('S26: passes workers what they need of the environment, and no secret', () => {
    const env = { PATH: '/bin', TZ: 'UTC', MOONDREAM_API_KEY: 'S3cr3tC4nary', NODE_OPTIONS: '--inspect' };
    expect(loadConfig(env).workerEnv).to.deep.equal({ PATH: '/bin', TZ: 'UTC' });
  });

  for (const [variable, value] of [
    ['PORT', '65536'],
    ['RTSP_WORKERS', '17'],
    ['RTSP_WORKER_PORT', '65535'],
    ['DEMO_CAMERAS', 'maybe'],
    ['MAX_CAMERAS', '0'],
    ['LOG_LEVEL', 'verbose'],
    ['DECODER', 'vaapii'],
    ['UPLOAD_MAX_MB', '0'],
    ['APP_PY_URL', 'localhost:8000'],
    ['PUBLIC', 'maybe'],
    ['ALLOWED_ORIGINS', 'app.example'],
    ['EVENTS_RETENTION_DAYS', '0'],
    ['DELIVER_EVENTS', 'sometimes'],
  ] as const) {
    it(`refuses ${variable}=${value} with its name, its value and what is allowed`, () => {
      expect(() => loadConfig({ [variable]: value })).to.throw(
        SettingsError,
        `${variable} is "${value}", but must be`,
      );
    });
  }
});

describe('Settings of events', () => {
  it('tell the analysis backend of them only where there is one', () => {
    const url = 'http://localhost:8000';
    expect(loadConfig({ DELIVER_EVENTS: 'on', APP_PY_URL: url }).perception.deliversEvents).to.equal(true);
    expect(() => loadConfig({ DELIVER_EVENTS: 'on' })).to.throw(SettingsError, 'APP_PY_URL');
  });
});

describe('Settings of what is stored', () => {
  it('refuses a bad secret without quoting it', () => {
    for (const [variable, value] of Object.entries({
      SECRET_KEY: 'tooshortcanary',
      API_TOKEN: 'canary',
      VIEWER_TOKEN: 'canary with spaces in it',
      DATABASE_URL: 'mysql://user:canary@host/db',
      WEBHOOK_SECRET: 'canary',
    })) {
      expect(() => loadConfig({ [variable]: value })).to.throw(SettingsError, `${variable} is "***", but`);
    }
    for (const [variable, value] of Object.entries({
      APP_PY_URL: 'ftp://user:canary@host',
      MEDIAMTX_API_URL: 'http://host:9997, ftp://user:canary@host',
      WORKER_URLS: 'http://user:canary@host:8082',
    }))
      expect(() => loadConfig({ [variable]: value, WORKER_SECRET: 'a secret of workers' }))
        .to.throw(SettingsError, `${variable} is "`)
        .with.property('message')
        .that.does.not.include('canary');
  });

  it('refuses a webhook secret that cannot sign', () => {
    const secrets = [`whsec_${'A'.repeat(33)}`, `whsec_${Buffer.alloc(65).toString('base64')}`];
    for (const secret of secrets)
      expect(() => loadConfig({ WEBHOOK_SECRET: secret })).to.throw(SettingsError, 'WEBHOOK_SECRET is "***"');
  });

  it('reads a MediaMTX with its credentials', () => {
    const env = {
      MEDIAMTX_API_URL: 'http://localhost:9997/',
      MEDIAMTX_API_USER: 'api',
      MEDIAMTX_API_PASSWORD: 'secret',
      MEDIAMTX_MANAGE: 'on',
    };
    expect(loadConfig(env).store.mediamtx).to.deep.equal({
      servers: [{ apiUrl: 'http://localhost:9997', webrtcUrl: undefined, server: 'mediamtx' }],
      auth: { kind: 'basic', username: 'api', password: 'secret' },
      isManaged: true,
      gateway: undefined,
      pathPrefix: 'gateway-',
      owner: 'visual-reasoning-gateway',
      excludePrefix: undefined,
      isOnDemand: true,
    });
    expect(loadConfig({ ...env, MEDIAMTX_API_TOKEN: 't' }).store.mediamtx?.auth).to.deep.equal({
      kind: 'bearer',
      token: 't',
    });
  });
});

describe('The workers that a configuration asks for', () => {
  it('are as many RTSP workers as it says, on neighbouring ports, and the simulator after them', () => {
    const config = loadConfig({ RTSP_WORKERS: '3', RTSP_WORKER_PORT: '9000', SIMULATOR_PORT: '9554' });
    const specs = workerSpecs(config);
    expect(specs.map(({ name }) => name)).to.deep.equal([
      ...rtspWorkerNames(config),
      ...QUARANTINE,
      'analysis',
      'simulator',
    ]);
    expect(specs[0]).to.deep.include({
      name: 'rtsp-0',
      ports: { first: 9000, last: 9017 },
      isRequired: true,
    });
    expect(specs.at(-1)?.isRequired).to.equal(false);
    expect(specs.at(-1)?.env).to.include({ SIMULATOR_PORT: '9554' });
    expect(Number(specs[0]?.env.UV_THREADPOOL_SIZE)).to.be.greaterThan(4);
  });

  it('leave out the simulator when the demo is off, and analysis when that is', () => {
    const specs = workerSpecs(loadConfig({ DEMO_CAMERAS: 'off', ANALYSIS: 'off', RTSP_WORKERS: '2' }));
    expect(specs.map(({ name }) => name)).to.deep.equal(['rtsp-0', 'rtsp-1', ...QUARANTINE]);
    expect(specs.filter(({ isOnDemand }) => isOnDemand !== true)).to.have.length(2);
  });
});

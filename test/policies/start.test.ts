import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { announceAccess } from '../../gateway/auth/announcement.ts';
import { Authenticator } from '../../gateway/auth/authenticator.ts';
import { openRisks } from '../../gateway/auth/open-risks.ts';
import { loadConfig } from '../../gateway/config/config.ts';
import { closeDataFolder } from '../../gateway/store/data-folder.ts';

const TOKEN = 'admin-token-of-this-test';

describe('The start of a gateway', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gateway-start-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  /** What is said at start: level, message and further facts of each line, and what only a person sees. */
  function announced(env: Record<string, string>) {
    const config = loadConfig(env);
    const lines: unknown[] = [];
    const printed: string[] = [];
    const log = createLogger({
      name: 'gateway',
      level: 'info',
      redactor: new Redactor(),
      write: (line) => {
        const { time, name, level, msg, ...facts } = JSON.parse(line);
        lines.push([level, msg, facts]);
      },
    });
    const authenticator = new Authenticator({ config: config.auth, dataDir });
    const print = (line: string): void => void printed.push(line);
    announceAccess({ authenticator, port: 5000, risks: openRisks(config), log, print });
    return { lines, printed };
  }

  it('S28: tells mode, address and login, and nothing else where nothing stands open', () => {
    expect(announced({ API_TOKEN: TOKEN })).to.deep.equal({
      lines: [
        [
          30,
          'requests from elsewhere need a token',
          { mode: 'local', url: 'http://localhost:5000', viewerToken: false },
        ],
      ],
      printed: [],
    });
  });

  it('S28: tells the address of a public host, and shows a link to sign in to a person only', () => {
    const { lines, printed } = announced({
      REPL_ID: 'x',
      REPLIT_DOMAINS: 'house.replit.app',
      VIEWER_TOKEN: TOKEN,
    });
    expect(lines).to.deep.equal([
      [
        30,
        'requests from elsewhere need a token',
        { mode: 'public', url: 'https://house.replit.app', viewerToken: true },
      ],
    ]);
    expect(printed).to.have.length(1);
    expect(printed[0]).to.match(/^Sign in: https:\/\/house\.replit\.app\/signin#token=[\w-]{43}$/);
  });

  it('S28: warns of everything that stands open, one line each', () => {
    const { lines, printed } = announced({
      AUTH: 'off',
      PUBLIC: 'on',
      ALLOW_LOOPBACK_CAMERAS: 'on',
      CAMERA_ALLOW_CIDRS: '10.20.0.0/16',
      APP_PY_URL: 'http://analysis.example:8000',
    });
    const mode = 'public';
    expect(lines).to.deep.equal([
      [40, 'no client needs a token', { mode, url: 'http://localhost:5000' }],
      [40, 'AUTH=off: everyone who reaches this gateway may do everything', { mode }],
      [40, 'ALLOW_LOOPBACK_CAMERAS=on: cameras may be dialled on this machine itself', { mode }],
      [40, 'CAMERA_ALLOW_CIDRS: cameras may be dialled in the networks 10.20.0.0/16 of this host', { mode }],
      [
        40,
        'APP_PY_URL is http:// and not on this machine: deliveries, with the passwords in RTSP addresses, can be read on the way',
        { mode },
      ],
      [
        40,
        'WEBHOOK_SECRET is not set: the analysis backend cannot tell our deliveries from forged ones',
        { mode },
      ],
    ]);
    expect(printed).to.deep.equal([]);
  });

  it('S22, S28: takes a backend on this machine, or a signed one by TLS, for no risk', () => {
    for (const url of ['http://localhost:8000', 'http://127.0.0.1:8000', 'http://[::1]:8000'])
      expect(openRisks(loadConfig({ APP_PY_URL: url })), url).to.deep.equal([]);
    const signed = { WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
    expect(openRisks(loadConfig({ ...signed, APP_PY_URL: 'https://a.example' }))).to.deep.equal([]);
    expect(openRisks(loadConfig({ ...signed, APP_PY_URL: 'HTTP://192.168.1.9:8000' }))).to.have.length(1);
    expect(openRisks(loadConfig({ APP_PY_URL: 'https://a.example' }))).to.have.length(1);
  });

  const modeOf = (path: string): number => statSync(path).mode & 0o777;

  it('S26: closes a data folder that others could open', () => {
    for (const name of ['run', 'uploads', 'backups']) mkdirSync(join(dataDir, name));
    for (const name of ['gateway.db', 'gateway.db-wal', 'gateway.lock', 'api-token', 'secret.key'])
      writeFileSync(join(dataDir, name), '');
    for (const mode of [0o755, 0o777, 0o750, 0o701]) {
      chmodSync(dataDir, mode);
      expect(closeDataFolder(dataDir), mode.toString(8)).to.equal(undefined);
      expect(modeOf(dataDir)).to.equal(0o700);
    }
  });

  it('S26: says of one that holds things of others that it stands open, and leaves it as it is', () => {
    writeFileSync(join(dataDir, 'holiday.jpg'), '');
    chmodSync(dataDir, 0o755);
    expect(closeDataFolder(dataDir)).to.include(dataDir).and.include('chmod 700');
    expect(modeOf(dataDir)).to.equal(0o755);
    chmodSync(dataDir, 0o700);
    expect(closeDataFolder(dataDir)).to.equal(undefined);
  });
});

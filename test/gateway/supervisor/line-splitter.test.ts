import { expect } from 'chai';
import { LineSplitter, MAX_LINE_LENGTH } from '../../../gateway/supervisor/line-splitter.ts';

describe('LineSplitter', () => {
  function linesOf(...chunks: (string | Buffer)[]): string[] {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const chunk of chunks) splitter.push(Buffer.from(chunk));
    splitter.end();
    return lines;
  }

  it('emits every line, however the stream is cut', () => {
    expect(linesOf('one\ntw', 'o\n', 'three\n')).to.deep.equal(['one', 'two', 'three']);
  });

  it('emits a last line without its end', () => {
    expect(linesOf('one\ntwo')).to.deep.equal(['one', 'two']);
  });

  it('leaves out blank lines and carriage returns', () => {
    expect(linesOf('one\r\n\r\n\n  \ntwo\n')).to.deep.equal(['one', 'two']);
  });

  it('keeps characters whole that two chunks share', () => {
    const bytes = Buffer.from('größe\n');
    expect(linesOf(bytes.subarray(0, 3), bytes.subarray(3))).to.deep.equal(['größe']);
  });

  it('drops what exceeds 8 KiB of a line, and nothing of the next', () => {
    const [long, next] = linesOf('a'.repeat(5000), 'b'.repeat(5000), 'c'.repeat(100_000), '\nnext\n');
    expect(long).to.equal('a'.repeat(5000) + 'b'.repeat(MAX_LINE_LENGTH - 5000));
    expect(next).to.equal('next');
  });
});

import { expect } from 'chai';
import { splitNals, unescapeNal } from '#shared/media/annex-b.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('splitNals', () => {
  it('finds NAL units behind start codes of three and of four bytes', () => {
    const nals = splitNals(hex('00000001 67aa 000001 68bb 00000001 65cc'.replaceAll(' ', '')));
    expect(nals.map((nal) => nal.toString('hex'))).to.deep.equal(['67aa', '68bb', '65cc']);
  });

  it('leaves zeros that belong to the next start code', () => {
    expect(splitNals(hex('0000016780000000000165')).map((nal) => nal.toString('hex'))).to.deep.equal([
      '6780',
      '65',
    ]);
  });

  it('finds none where there is no start code, and drops empty ones', () => {
    expect(splitNals(hex('6788'))).to.deep.equal([]);
    expect(splitNals(hex('0000010000016500'))).to.deep.equal([hex('65')]);
  });

  it('copies nothing', () => {
    const data = hex('0000000165aa');
    expect(splitNals(data)[0]?.buffer).to.equal(data.buffer);
  });
});

describe('unescapeNal', () => {
  it('takes out emulation prevention bytes and no others', () => {
    expect(unescapeNal(hex('6700000301000003000003ff0303')).toString('hex')).to.equal(
      '67000001000000 00ff0303'.replace(' ', ''),
    );
  });

  it('finds no more NAL units than a picture can have', () => {
    expect(splitNals(Buffer.from([0, 0, 1, 9]).fill(Buffer.from([0, 0, 1, 9])))).to.have.length(1);
    expect(splitNals(Buffer.alloc(4 * 1024 * 1024).fill(Buffer.from([0, 0, 1, 9])))).to.have.length(2048);
  });
});

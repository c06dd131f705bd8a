import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { guardSoap } from '../../../../workers/rtsp/onvif/soap-guard.ts';
import { codeOf } from '../../../support/errors.ts';

describe('What a camera answers in SOAP', () => {
  it('loses its namespace declarations and nothing else', () => {
    const text = `<?xml version="1.0"?><s:Envelope xmlns:s="http://a" xmlns = 'b'><s:Body a="1">x > y</s:Body></s:Envelope>`;
    expect(guardSoap(text)).to.equal(
      '<?xml version="1.0"?><s:Envelope  ><s:Body a="1">x > y</s:Body></s:Envelope>',
    );
  });

  for (const [what, text] of Object.entries({
    'a document type with entities': '<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>',
    'more bytes than any answer has': `<a>${'b'.repeat(300_000)}</a>`,
    'elements within elements without end': '<a>'.repeat(100),
    'more elements than any answer has': `<a>${'<b/>'.repeat(20_000)}</a>`,
    'a namespace that does not end': '<a xmlns="b><c/></a>',
    'a namespace without a value': `<a ${'xmlns '.repeat(40_000)}/>`,
  })) {
    it(`is refused for ${what}`, () => {
      expect(codeOf(() => guardSoap(text))).to.equal('control-refused');
    });
  }

  it('cannot hide its depth in a comment or an instruction', () => {
    const deep = `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`;
    for (const hidden of [`<!--${'</a>'.repeat(100)}-->`, `<?x ${'</a>'.repeat(100)}?>`, '</a>'.repeat(100)])
      expect(() => guardSoap(`<s>${hidden}${deep}</s>`)).to.throw(AppError, 'too many elements');
    expect(() => guardSoap('<s><!-- </s>')).to.throw(AppError, 'ends within a comment');
    expect(guardSoap('<s><!-- <a> --><b/></s>')).to.equal('<s><!-- <a> --><b/></s>');
  });
});

import { expect } from 'chai';
import { shownPath } from '../../../gateway/http/request-path.ts';

describe('shownPath', () => {
  it('is the path without its query and without user information', () => {
    expect(shownPath({ url: '/api/cameras?ticket=S3cr3tC4nary' })).to.equal('/api/cameras');
    expect(shownPath({ url: 'http://u:S3cr3tC4nary@host/a' })).to.equal('http://***@host/a');
  });

  it('is no longer than a line of the log bears', () => {
    expect(shownPath({ url: `/${'a.'.repeat(8000)}` })).to.have.length(201);
  });
});

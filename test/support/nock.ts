/**
 * nock, switched on only while a suite uses it: it takes the place of `node:http`
 * in the whole process, and sockets that are broken off behave differently then.
 */
import nock from 'nock';

nock.restore();

/** Switches nock on for the suite that calls it. */
export function useNock(): void {
  before(() => nock.activate());
  afterEach(() => nock.cleanAll());
  after(() => {
    nock.enableNetConnect();
    nock.restore();
  });
}

export { nock };

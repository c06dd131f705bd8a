import { createServer, type Server } from 'node:http';
import type { LookupFunction } from 'node:net';
import { expect } from 'chai';
import { Upstream } from '../../../gateway/models/upstream.ts';
import { OPENAI_COMPATIBLE } from '../../../gateway/models/vendor.ts';
import { rejection } from '../../support/errors.ts';
import { listening, portOf, stop } from '../../support/serve.ts';

const { signal } = new AbortController();

describe('A model server that is named', () => {
  let server: Server;
  let asked: number;

  before(async () => {
    asked = 0;
    server = await listening(
      createServer((_request, response) => {
        asked += 1;
        response.setHeader('content-type', 'application/json').end('{"data": []}');
      }),
    );
  });
  after(() => stop(server));

  /** @param addresses to which the name leads; each has a connection of its own */
  const upstream = (name: string, ...addresses: string[]): Upstream => {
    const found = addresses.map((address) => ({ address, family: 4 }));
    const resolve: LookupFunction = (_name, _options, callback) => callback(null, found);
    const url = `http://${name}:${portOf(server)}/v1`;
    return new Upstream({
      vendor: OPENAI_COMPATIBLE,
      url,
      apiKey: undefined,
      timeoutMs: 5000,
      retryMs: 1,
      resolve,
    });
  };

  it('is asked where its name leads', async () => {
    expect(await upstream('models.example', '127.0.0.1').get('models', signal)).to.deep.equal({ data: [] });
  });

  it('S22: is not asked where its name leads to a metadata service', async () => {
    const before = asked;
    const error = await rejection(
      upstream('rebound.example', '127.0.0.1', '169.254.169.254').get('models', signal),
    );
    expect(error.code).to.equal('vlm-unreachable');
    expect(error.message).to.include('ERR_FORBIDDEN_ADDRESS');
    expect(asked).to.equal(before);
  });
});

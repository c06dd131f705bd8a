import { expect } from 'chai';
import { GatewayClient, type GatewayError, type PairOptions, pair } from '#shared/client/client.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { bearer, Visitor } from '../../support/visitor.ts';
import { thrownBy } from './thrown-by.ts';

const ADMIN = 'admin-token-of-this-test';

describe('Pairing an app', () => {
  let gateway: TestGateway;
  let visitor: Visitor;
  before(async () => {
    gateway = await TestGateway.open({ env: { API_TOKEN: ADMIN } });
    visitor = new Visitor(gateway.origin);
    for (const id of ['a', 'b'])
      await visitor.post('/api/cameras', { id, name: id, url: `rtsp://192.0.2.1/${id}` }, bearer(ADMIN));
  });
  after(() => gateway.close());

  const start = async (rights: object, headers = {}) =>
    (await visitor.post('/api/pairings', rights, { ...bearer(ADMIN), ...headers })).body;

  const refusalOf = async (url: string, options: Partial<PairOptions> = {}): Promise<GatewayError> =>
    (await thrownBy(pair(url, { name: 'x', ...options }))) as GatewayError;

  it('gives it a key of its own for the address of the QR code', async () => {
    const { url } = await start({ scope: 'view', cameras: ['a'] });
    const { baseUrl, token, key } = await pair(url, { name: 'Pixel 12' });
    expect(baseUrl).to.equal(gateway.origin);
    expect(key).to.include({ name: 'Pixel 12', scope: 'view' });
    const client = new GatewayClient({ baseUrl, token });
    expect((await client.cameras.list()).map(({ id }) => id)).to.deep.equal(['a']);
    client.close();
    const [{ lastUsedAt, ...listed }] = (await visitor.get('/api/keys', bearer(ADMIN))).body;
    expect({ ...listed, lastUsedAt: null }).to.deep.equal(key);
    expect(lastUsedAt).to.be.a('string');
  });

  it('keeps the path of a gateway behind a proxy in the address', async () => {
    const { url, code } = await start(
      { scope: 'view' },
      { 'x-forwarded-host': 'house.example', 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/cams' },
    );
    expect(url).to.equal(`https://house.example/cams/signin#pair=${code}`);
    const asked: string[] = [];
    const fetch = async (address: string) => {
      asked.push(address);
      throw new Error('offline');
    };
    expect((await refusalOf(url, { fetch })).code).to.equal('gateway-unreachable');
    expect(asked).to.deep.equal(['https://house.example/cams/api/pairings/redeem']);
  });

  it('works once', async () => {
    const { url } = await start({ scope: 'operate' });
    await pair(url, { name: 'First' });
    const error = await refusalOf(url);
    expect([error.code, error.status]).to.deep.equal(['pairing-not-found', 404]);
  });

  it('refuses what is no QR code of a gateway', async () => {
    for (const url of ['', 'https://house.example/', 'WIFI:S:home;;', 'javascript:x/signin#pair=A'])
      expect((await refusalOf(url)).code, url).to.equal('unexpected-answer');
  });

  it('S18: is refused to those who guess codes', async () => {
    const answers = [];
    for (let n = 0; n < 6; n += 1)
      answers.push(
        (await visitor.post('/api/pairings/redeem', { code: `GUESS-0000${n}`, name: 'x' })).status,
      );
    expect(answers.slice(-1)).to.deep.equal([429]);
  });
});

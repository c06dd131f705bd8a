import { expect } from 'chai';
import { loadConfig } from '../../../gateway/config/config.ts';
import { bannerLines } from '../../../gateway/host/banner.ts';
import type { GatewayFacts } from '../../../gateway/host/facts.ts';

const FACTS: GatewayFacts = { signIn: { token: 'abc' }, cameras: 3, isDemo: false, canReason: true };
const address = (text: string, internal = false) =>
  ({ address: text, internal, family: 'IPv4', netmask: '', mac: '', cidr: null }) as const;
const INTERFACES = {
  lo: [address('127.0.0.1', true)],
  eth0: [address('192.168.1.20')],
  wlan0: [address('10.0.0.7')],
};

/** The rows of the banner, without their padding. */
async function banner(env: Record<string, string>, facts: Partial<GatewayFacts> = {}): Promise<string[]> {
  const options = { config: loadConfig(env), port: 5000, interfaces: INTERFACES };
  const lines = await bannerLines({ ...options, facts: { ...FACTS, ...facts } });
  return lines.map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
}

describe('The banner', () => {
  it('tells every address with its sign-in link, cameras, reasoning and the API', async () => {
    expect((await banner({})).slice(3, 9)).to.deep.equal([
      'Local http://localhost:5000',
      'Network http://192.168.1.20:5000/signin#token=abc',
      'Network http://10.0.0.7:5000/signin#token=abc',
      'Cameras 3 stored',
      'Reasoning configured',
      'API http://192.168.1.20:5000/docs',
    ]);
  });

  it('tells the domain of a public host', async () => {
    const lines = await banner({ REPL_ID: 'x', REPLIT_DOMAINS: 'house.replit.app' });
    expect(lines).to.include('Network https://house.replit.app/signin#token=abc');
    expect(lines.join()).not.to.include('192.168.1.20');
  });

  it('shows no token that a person chose, and asks for none where none is needed', async () => {
    expect(await banner({}, { signIn: 'chosen' })).to.include('Network http://192.168.1.20:5000/signin');
    expect(await banner({}, { signIn: 'off' })).to.include('Network http://192.168.1.20:5000');
  });

  it('tells only the local address of a gateway that no other machine reaches', async () => {
    const lines = await banner({ HOST: '127.0.0.1' });
    expect(lines.filter((line) => line.startsWith('Network'))).to.deep.equal([]);
    expect(lines).to.include('API http://localhost:5000/docs');
  });

  it('draws a QR code of the first address for phones', async () => {
    const [withLink, without] = [await banner({}), await banner({ HOST: '127.0.0.1' })];
    expect(withLink.filter((line) => /^[█▀▄ ]{20,}$/.test(line)).length).to.be.greaterThan(10);
    expect(without.join()).not.to.match(/[█▀▄]/);
  });
});

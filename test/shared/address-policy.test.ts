import { expect } from 'chai';
import { type AddressPolicy, checkAddress, checkLiteral } from '#shared/address-policy.ts';
import { addressEnv, readAddressPolicy } from '#shared/address-settings.ts';
import { sourceFromUrl } from '#shared/camera-source.ts';
import { parseConnectRequest } from '#shared/contract/connect.ts';
import { SettingsError } from '#shared/settings.ts';
import { codeOf } from '../support/errors.ts';

const local: AddressPolicy = {
  isPublic: false,
  allowsLoopback: false,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [5000, 8082],
};
const onPublic: AddressPolicy = { ...local, isPublic: true };

/** What the policy says to a host as a client writes it. */
function verdict(host: string, policy: AddressPolicy, port = 554): string {
  try {
    checkLiteral(host, port, policy);
    return 'allowed';
  } catch (error) {
    return codeOf(() => {
      throw error;
    });
  }
}
const DENIED = 'camera-address-denied';

describe('S10: which cameras may be dialled', () => {
  for (const [host, what] of [
    ['0.0.0.0', 'this machine, unspecified'],
    ['0.1.2.3', 'this network'],
    ['127.0.0.1', 'this machine'],
    ['127.8.9.10', 'this machine'],
    ['::1', 'this machine'],
    ['::', 'this machine, unspecified'],
    ['::ffff:127.0.0.1', 'this machine, mapped'],
    ['::ffff:7f00:1', 'this machine, mapped'],
    ['::127.0.0.1', 'this machine, in a deprecated form'],
    ['169.254.1.1', 'link-local'],
    ['169.254.169.254', 'the metadata of a cloud'],
    ['::ffff:a9fe:a9fe', 'the metadata of a cloud, mapped'],
    ['::ffff:0:a9fe:a9fe', 'the metadata of a cloud, translated'],
    ['fd00:ec2::254', 'the metadata of a cloud'],
    ['100.100.100.200', 'the metadata of a cloud'],
    ['168.63.129.16', 'the metadata of a cloud'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['ff02::1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['192.0.0.192', 'reserved'],
    ['192.88.99.1', 'a 6to4 relay'],
    ['64:ff9b::7f00:1', 'NAT64'],
    ['64:ff9b:1::a00:1', 'NAT64'],
    ['2002:7f00:1::', '6to4'],
    ['2001:0:1::1', 'Teredo'],
    ['100::1', 'discard-only'],
    ['2130706433', 'a decimal number'],
    ['0x7f000001', 'a hexadecimal number'],
    ['017700000001', 'an octal number'],
    ['0x7f.1', 'a short form'],
    ['127.1', 'a short form'],
    ['10.1', 'a short form of an allowed address'],
    ['0177.0.0.1', 'octal parts'],
    ['192.168.001.009', 'padded parts'],
    ['127.0.0.1.', 'an address with a dot behind it'],
    ['999.1.1.1', 'no address at all'],
  ] as const) {
    it(`never ${host}: ${what}`, () => {
      expect([verdict(host, local), verdict(host, onPublic)]).to.deep.equal([DENIED, DENIED]);
      const generous = { ...onPublic, allowedNetworks: ['0.0.0.0/0', '::/0'] };
      expect(verdict(host, generous), 'also where every network is allowed').to.equal(DENIED);
    });
  }

  for (const host of [
    '10.0.0.9',
    '172.31.0.1',
    '192.168.1.20',
    '100.64.0.1',
    '198.18.0.1',
    'fd12::9',
    '::ffff:10.0.0.9',
  ]) {
    it(`${host} from a machine at home, not from a public one`, () => {
      expect([verdict(host, local), verdict(host, onPublic)]).to.deep.equal(['allowed', DENIED]);
    });
  }

  for (const host of [
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    'cam.example.org',
    'cam1',
    '1.example',
  ]) {
    it(`${host} from anywhere`, () => {
      expect([verdict(host, local), verdict(host, onPublic)]).to.deep.equal(['allowed', 'allowed']);
    });
  }

  it('networks that are allowed by name, and none beside them', () => {
    const policy = { ...onPublic, allowedNetworks: ['10.20.0.0/16', 'fd12::/32', '192.168.7.7'] };
    for (const host of ['10.20.3.4', 'fd12::9', '192.168.7.7'])
      expect(verdict(host, policy)).to.equal('allowed');
    for (const host of ['10.21.3.4', 'fd13::9', '192.168.7.8'])
      expect(verdict(host, policy)).to.equal(DENIED);
  });

  it('this machine where that is allowed, but not the gateway itself', () => {
    const policy = { ...local, allowsLoopback: true };
    expect(verdict('127.0.0.1', policy)).to.equal('allowed');
    expect(verdict('127.0.0.1', policy, 5000)).to.equal(DENIED);
    expect(verdict('::1', policy, 8082)).to.equal(DENIED);
  });

  it('not the gateway by the address of its own interface either', () => {
    const own = ['192.168.1.2', 'fd12::2'];
    for (const address of ['192.168.1.2', '::ffff:192.168.1.2', '::ffff:c0a8:102', 'fd12::2', 'fd12:0:0::2'])
      expect(
        codeOf(() => checkAddress(address, 5000, local, own)),
        address,
      ).to.equal(DENIED);
    checkAddress('192.168.1.2', 554, { ...local, allowsLoopback: true }, own);
    checkAddress('192.168.1.3', 5000, local, own);
  });

  it('this machine by no address of its interfaces where loopback is not allowed', () => {
    const own = ['192.168.1.2', '203.0.113.7', 'fd12::2'];
    for (const address of [...own, '::ffff:192.168.1.2'])
      expect(
        codeOf(() => checkAddress(address, 554, local, own)),
        address,
      ).to.equal(DENIED);
    checkAddress('192.168.1.3', 554, local, own);
  });

  it('at the ports cameras use', () => {
    for (const port of [80, 81, 88, 322, 443, 554, 1024, 8554, 37777, 65_535])
      expect(verdict('10.0.0.9', local, port), String(port)).to.equal('allowed');
    for (const port of [1, 22, 25, 53, 445, 1023, 2375, 2379, 3306, 5432, 6379, 9200, 10_250, 11_211, 27_017])
      expect(verdict('10.0.0.9', local, port), String(port)).to.equal(DENIED);
  });

  it('at further ports where they are allowed', () => {
    const policy = {
      ...local,
      allowedPorts: [
        { first: 500, last: 510 },
        { first: 6379, last: 6379 },
      ],
    };
    const ports = [499, 500, 510, 511, 6379, 5432];
    expect(ports.map((port) => verdict('10.0.0.9', policy, port))).to.deep.equal([
      DENIED,
      'allowed',
      'allowed',
      DENIED,
      'allowed',
      DENIED,
    ]);
  });

  it('for every form of the address in the URL', () => {
    for (const url of ['rtsp://[::ffff:a9fe:a9fe]/1', 'rtsp://user:pass@2130706433/', 'rtsp://0x7f.1:8554/'])
      expect(verdict(sourceFromUrl(url).host, local), url).to.equal(DENIED);
  });

  it('and lets no client call its camera a simulated one', () => {
    const body = { cameraId: '1', ip: '127.0.0.1', isSimulator: true };
    expect(codeOf(() => parseConnectRequest(body))).to.equal('invalid-field');
  });
});

describe('The settings of which cameras may be dialled', () => {
  const defaults = { allowsLoopback: false, ownPorts: [5000] };

  it('by default refuse this machine and allow the network', () => {
    expect(readAddressPolicy({}, defaults)).to.deep.equal({ ...local, ownPorts: [5000] });
  });

  it('take a host as public where PUBLIC or Replit says so', () => {
    expect(readAddressPolicy({ PUBLIC: 'on' }, defaults).isPublic).to.equal(true);
    expect(readAddressPolicy({ REPL_ID: 'x' }, defaults).isPublic).to.equal(true);
    expect(readAddressPolicy({ REPL_ID: 'x', PUBLIC: 'off' }, defaults).isPublic).to.equal(false);
  });

  it('reach a worker as they were read', () => {
    const env = {
      PUBLIC: 'on',
      ALLOW_LOOPBACK_CAMERAS: 'on',
      CAMERA_ALLOW_CIDRS: '10.20.0.0/16, fd12::/32',
      CAMERA_ALLOW_PORTS: '21,500-510',
    };
    const policy = readAddressPolicy(env, { allowsLoopback: false, ownPorts: [5000, 8082] });
    expect(readAddressPolicy(addressEnv(policy), { allowsLoopback: false, ownPorts: [] })).to.deep.equal(
      policy,
    );
  });

  for (const [name, value] of [
    ['CAMERA_ALLOW_CIDRS', '10.0.0.0/33'],
    ['CAMERA_ALLOW_CIDRS', 'home'],
    ['CAMERA_ALLOW_CIDRS', '10.0.0.0/8/8'],
    ['CAMERA_ALLOW_CIDRS', '10.0.0.0/'],
    ['CAMERA_ALLOW_PORTS', '0'],
    ['CAMERA_ALLOW_PORTS', '20-10'],
    ['CAMERA_ALLOW_PORTS', '65536'],
    ['CAMERA_ALLOW_PORTS', 'rtsp'],
    ['ALLOW_LOOPBACK_CAMERAS', 'perhaps'],
    ['PUBLIC', 'perhaps'],
  ] as const) {
    it(`refuse ${name}=${value}`, () => {
      expect(() => readAddressPolicy({ [name]: value }, defaults)).to.throw(SettingsError, name);
    });
  }
});

import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import type { AddressPolicy } from '#shared/address-policy.ts';
import type { Resolve } from '../../../../../workers/rtsp/source/resolve.ts';
import { createReadBuffer, dial } from '../../../../../workers/rtsp/source/rtsp/dial.ts';
import { cameraSource } from '../../../../support/camera-source.ts';
import { rejection } from '../../../../support/errors.ts';
import { listening, portOf } from '../../../../support/serve.ts';

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };
const ELSEWHERE: LookupAddress = { address: '203.0.113.9', family: 4 };
const strict: AddressPolicy = {
  isPublic: true,
  allowsLoopback: false,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [],
};
const lenient: AddressPolicy = { ...strict, allowsLoopback: true };

describe('S10: dialling a camera', () => {
  let canary: Server;
  let port: number;
  let connections: number;

  beforeEach(async () => {
    connections = 0;
    canary = createServer((socket) => {
      connections += 1;
      socket.end();
    });
    await listening(canary);
    port = portOf(canary);
  });
  afterEach(() => canary.close());

  function call(
    { host = 'cam.example', isSimulator }: { host?: string; isSimulator?: boolean },
    { policy, resolve, timeoutMs = 5000 }: { policy: AddressPolicy; resolve?: Resolve; timeoutMs?: number },
    signal: AbortSignal = new AbortController().signal,
  ) {
    const guard = resolve === undefined ? { policy } : { policy, resolve };
    return dial(cameraSource(port, { host, isSimulator }), {
      timeoutMs,
      signal,
      guard,
      readBuffer: createReadBuffer(),
    });
  }

  /** Every connection that was made was accepted before one made afterwards. */
  async function connectionsSoFar(): Promise<number> {
    const before = connections;
    const socket = await call({ host: '127.0.0.1' }, { policy: lenient });
    await once(socket.resume(), 'close');
    return before;
  }

  it('reaches a name whose addresses are all allowed', async () => {
    const socket = await call({}, { policy: lenient, resolve: async () => [LOOPBACK] });
    expect(socket.remotePort).to.equal(port);
    socket.destroy();
  });

  it('refuses a name that leads to this machine', async () => {
    const error = await rejection(call({}, { policy: strict, resolve: async () => [LOOPBACK] }));
    expect([error.code, error.status]).to.deep.equal(['camera-address-denied', 403]);
    expect(error.hint).to.be.a('string');
    expect(await connectionsSoFar()).to.equal(0);
  });

  it('refuses a name of which one address among several is not allowed', async () => {
    const error = await rejection(call({}, { policy: strict, resolve: async () => [ELSEWHERE, LOOPBACK] }));
    expect(error.code).to.equal('camera-address-denied');
    expect(await connectionsSoFar()).to.equal(0);
  });

  it('dials what was checked: a second answer of the resolver is never asked for', async () => {
    const answers = [[{ address: '127.0.0.2', family: 4 }], [LOOPBACK]];
    const resolve: Resolve = async () => answers.shift() as LookupAddress[];
    expect((await rejection(call({}, { policy: lenient, resolve }))).code).to.equal('camera-refused');
    expect([answers.length, await connectionsSoFar()]).to.deep.equal([1, 0]);
  });

  it('checks again at every reconnect: a name that turns inwards later is refused then', async () => {
    const answers = [[ELSEWHERE], [LOOPBACK], [LOOPBACK]];
    const resolve: Resolve = async () => answers.shift() as LookupAddress[];
    const gone = AbortSignal.abort();
    await rejection(call({}, { policy: strict, resolve }, gone));
    for (let round = 0; round < 2; round += 1) {
      const error = await rejection(call({}, { policy: strict, resolve }));
      expect(error.code).to.equal('camera-address-denied');
    }
    expect(await connectionsSoFar()).to.equal(0);
  });

  it('never asks the resolver about a number that it would take for an address', async () => {
    const resolve: Resolve = () => Promise.reject(new Error('was asked'));
    for (const host of ['2130706433', '0x7f.1', '127.1', '0177.0.0.1']) {
      const error = await rejection(call({ host }, { policy: strict, resolve }));
      expect(error.code, host).to.equal('camera-address-denied');
    }
  });

  it('reaches a camera of the simulator on this machine', async () => {
    const socket = await call({ host: '127.0.0.1', isSimulator: true }, { policy: strict });
    expect(socket.remotePort).to.equal(port);
    socket.destroy();
  });

  it('tells a name that does not exist from one whose resolver is silent', async () => {
    const none: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect((await rejection(call({}, { policy: strict, resolve: none }))).code).to.equal(
      'camera-unreachable',
    );
    const silent: Resolve = () => new Promise(() => {});
    const error = await rejection(call({}, { policy: strict, resolve: silent, timeoutMs: 50 }));
    expect(error.code).to.equal('camera-timeout');
  });

  it('gives up when told so while the name is being resolved', async () => {
    const abort = new AbortController();
    const attempt = rejection(
      call({}, { policy: strict, resolve: () => new Promise(() => {}) }, abort.signal),
    );
    abort.abort();
    expect((await attempt).code).to.equal('camera-disconnected');
  });
});

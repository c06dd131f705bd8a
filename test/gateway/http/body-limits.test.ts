import { expect } from 'chai';
import { postJson } from '../../support/http.ts';
import { TestGateway } from '../../support/test-gateway.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('S17: the size of a body', () => {
  let gateway: TestGateway;

  before(async () => {
    gateway = await TestGateway.open({
      env: { MAX_JSON_KB: '32', MAX_IMAGE_MB: '1', MAX_IMPORT_MB: '2', MOONDREAM_API_KEY: 'a-key' },
    });
  });
  after(() => gateway.close());

  for (const [path, variable, bytes] of [
    ['/api/cameras', 'MAX_JSON_KB', 32 * KIB],
    ['/api/cameras/connect', 'MAX_JSON_KB', 32 * KIB],
    ['/api/cameras/test', 'MAX_JSON_KB', 32 * KIB],
    ['/api/camera-streams', 'MAX_JSON_KB', 32 * KIB],
    ['/api/watches', 'MAX_JSON_KB', 32 * KIB],
    ['/api/webrtc/offer', 'MAX_JSON_KB', 32 * KIB],
    ['/whep/1', 'MAX_JSON_KB', 32 * KIB],
    ['/trpc/cameraStream.add', 'MAX_JSON_KB', 32 * KIB],
    ['/api/moondream/query', 'MAX_IMAGE_MB', MIB],
    ['/api/cameras/import', 'MAX_IMPORT_MB', 2 * MIB],
  ] as const) {
    it(`is bounded by ${variable} at ${path}`, async () => {
      const answer = async (length: number) =>
        (await postJson(`${gateway.origin}${path}`, `"${'x'.repeat(length - 2)}"`)).status;
      expect(await answer(bytes + 1)).to.equal(413);
      expect(await answer(bytes)).to.not.equal(413);
    });
  }
});

import { expect } from 'chai';
import { clientMessageSchema } from '#shared/frames/subscription.ts';
import { describeApi } from '../../../gateway/openapi/document.ts';
import { gatewayRoutes } from '../../support/gateway-routes.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import { WsClient } from '../../support/ws-client.ts';
import { json, LocalMoondream } from '../moondream/harness.ts';
import { examplesOf, routeOf, runExample } from './operation-runner.ts';
import { clear, MOONDREAM_ANSWERS, PREPARATIONS } from './preparations.ts';

/** Those of the demo and of a camera's video are run in `test/system`, where there is a real camera. */
const ELSEWHERE = [
  'Demo',
  'Live pictures',
  'Live video',
  'Pan, tilt, zoom',
  'Device of a camera',
  'Analysis',
];

const groups = await gatewayRoutes();
const document = await describeApi(groups, '0.0.0');

describe('The examples of the API description', () => {
  let gateway: TestGateway;
  let moondream: LocalMoondream;

  before(async () => {
    moondream = await LocalMoondream.open();
    gateway = await TestGateway.open({
      env: {
        MOONDREAM_API_URL: moondream.url,
        MOONDREAM_RATE: '1000',
        API_TOKEN: 'correct-horse-battery-staple',
        SMTP_URL: 'smtp://127.0.0.1:9',
        SMTP_FROM: 'cameras@example.org',
      },
    });
    moondream.answer = (response) => {
      const skill = moondream.requests.at(-1)?.path.split('/').at(-1) ?? '';
      json(response, 200, MOONDREAM_ANSWERS[skill] ?? {});
    };
  });
  after(async () => {
    await gateway.close();
    moondream.close();
  });
  beforeEach(() => clear(gateway));

  const tagOf = (id: string) => groups.find(({ routes }) => routes.some((one) => one.id === id))?.name ?? '';

  for (const example of examplesOf(document).filter(({ id }) => !ELSEWHERE.includes(tagOf(id)))) {
    const { id, method, path, name } = example;
    it(`hold: ${method} ${path}${name === undefined ? '' : `, ${name}`}`, async () => {
      await runExample(gateway.origin, routeOf(groups, id), example, await PREPARATIONS[id]?.(gateway));
    });
  }

  it('hold: messages to /ws', async () => {
    await PREPARATIONS.getCamera?.(gateway);
    const examples = Object.values(document.paths['/ws']?.get?.['x-websocket']?.client.examples ?? {});
    expect(examples).to.have.length(6);
    const client = await WsClient.open(gateway.origin);
    for (const { value } of examples) {
      expect(clientMessageSchema.safeParse(value).success).to.equal(true);
      client.send(value as object);
    }
    await waitFor(() => client.messages.some(({ type }) => type === 'pong'));
    // The second camera is not there.
    expect(client.errors().map(({ code, cameraId }) => [code, cameraId])).to.deep.equal([
      ['camera-not-found', '2'],
    ]);
    client.close();
  });
});

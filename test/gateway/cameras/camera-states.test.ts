import { expect } from 'chai';
import { connectingStatus } from '../../../gateway/cameras/absent-status.ts';
import { CameraStates } from '../../../gateway/cameras/camera-states.ts';
import { WorkerDouble } from '../../doubles/worker-double.ts';

describe('The states of all cameras', () => {
  let workers: Map<string, WorkerDouble>;

  beforeEach(async () => {
    workers = new Map();
    for (const name of ['agent-home', 'b.rtsp-0']) workers.set(name, await WorkerDouble.open());
  });
  afterEach(() => Promise.all([...workers.values()].map((worker) => worker.close())));

  /** What a worker says of the camera. */
  function say(name: string, viewers: number): void {
    const status = { ...connectingStatus('yard'), viewers };
    workers.get(name)?.answers.set('GET /internal/cameras', (_request, response) => {
      response.end(JSON.stringify([{ cameraId: 'yard', sourceId: 'source', status }]));
    });
  }

  it('are of an agent’s camera what its agent says, not what gives its video at other gateways', async () => {
    say('agent-home', 1);
    say('b.rtsp-0', 5);
    const states = new CameraStates({
      ready: () =>
        [...workers].map(([name, { origin, token }]) => ({ name, origin, token, epoch: 1, details: {} })),
      nameOf: () => 'agent-home',
      mirrorNameOf: () => 'a.rtsp-0',
    });
    expect((await states.read()).get('yard')?.viewers).to.equal(1);
  });
});

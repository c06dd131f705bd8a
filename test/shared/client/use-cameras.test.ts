import { expect } from 'chai';
import { GatewayClient } from '#shared/client/client.ts';
import { type CamerasView, createUseCameras } from '#shared/client/react.ts';
import { nock, useNock } from '../../support/nock.ts';
import { waitFor } from '../../support/wait-for.ts';
import { LittleReact } from './little-react.ts';

const ORIGIN = 'http://gateway.test:5000';

describe('useCameras', () => {
  useNock();
  const react = new LittleReact();
  const client = new GatewayClient({ baseUrl: ORIGIN });
  const useCameras = createUseCameras(react);
  let view: CamerasView;

  after(() => react.unmount());

  it('lists the cameras', async () => {
    nock(ORIGIN)
      .get('/api/cameras')
      .reply(200, [{ id: '1' }]);
    react.mount(() => {
      view = useCameras(client, { everyMs: 60_000 });
    });
    expect(view.cameras).to.equal(undefined);
    await waitFor(() => view.cameras !== undefined);
    expect(view.cameras).to.deep.equal([{ id: '1' }]);
  });

  it('keeps the list beside the reason when the next one does not come', async () => {
    nock(ORIGIN).get('/api/cameras').replyWithError('refused');
    view.reload();
    await waitFor(() => view.fault !== undefined);
    expect(view.fault?.code).to.equal('gateway-unreachable');
    expect(view.cameras).to.deep.equal([{ id: '1' }]);
  });

  it('forgets the reason when a list comes again', async () => {
    nock(ORIGIN)
      .get('/api/cameras')
      .reply(200, [{ id: '2' }]);
    view.reload();
    await waitFor(() => view.fault === undefined);
    expect(view.cameras).to.deep.equal([{ id: '2' }]);
  });
});

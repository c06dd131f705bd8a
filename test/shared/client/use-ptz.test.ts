import type { Server } from 'node:http';
import { expect } from 'chai';
import { GatewayClient } from '#shared/client/client.ts';
import { createUsePtz, type PtzView } from '#shared/client/react.ts';
import { originOf, serve, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { LittleReact } from './little-react.ts';

const PATH = '/api/cameras/1/ptz';

describe('usePtz', () => {
  let gateway: Server;
  let react: LittleReact;
  let view: PtzView;
  /** Commands that the gateway got. */
  let commands: string[];

  beforeEach(async () => {
    commands = [];
    gateway = await serve((req, res) => {
      const command = (req.url ?? '').slice(PATH.length);
      if (req.method === 'GET') return void res.end('[{"id":"3","name":"Gate"}]');
      commands.push(command);
      if (command === '/home') res.writeHead(501).end('{"code":"control-unsupported"}');
      else res.end('{}');
    });
    react = new LittleReact();
    const client = new GatewayClient({ baseUrl: originOf(gateway) });
    const usePtz = createUsePtz(react);
    react.mount(() => {
      view = usePtz(client, '1');
    });
    await waitFor(() => view.presets.length > 0);
  });
  afterEach(() => {
    react.unmount();
    stop(gateway);
  });

  it('moves while pressed and stops when released', async () => {
    view.press({ pan: 1 });
    await waitFor(() => commands.length >= 2);
    view.release();
    await waitFor(() => commands.at(-1) === '/stop');
    expect(commands[0]).to.equal('/move');
  });

  it('stops when the component ends', async () => {
    view.press({ tilt: -1 });
    react.unmount();
    await waitFor(() => commands.at(-1) === '/stop');
  });

  it('goes to a preset, and says why a command failed until one succeeds', async () => {
    view.home();
    await waitFor(() => view.fault?.code === 'control-unsupported');
    view.goToPreset('3');
    await waitFor(() => view.fault === undefined);
    expect(commands).to.deep.equal(['/home', '/presets/3/go']);
  });
});

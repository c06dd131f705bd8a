import { expect } from 'chai';
import { run } from '../../generators/tools.ts';
import { INSPECTOR, requirePeer } from '../../support/peers.ts';
import { ROOT } from '../../support/source-files.ts';
import { TestGateway } from '../../support/test-gateway.ts';

describe('The inspector of MCP', function () {
  this.timeout(120_000);
  let gateway: TestGateway;

  before(async function () {
    requirePeer(this, 'the inspector of MCP');
    gateway = await TestGateway.open();
  });
  after(() => gateway?.close());

  const inspect = async (...args: string[]) => {
    const server = ['--cli', `${gateway.origin}/mcp`, '--transport', 'http'];
    return JSON.parse(await run(INSPECTOR, [...server, ...args], ROOT));
  };

  it('lists the tools and calls one', async () => {
    const { tools } = await inspect('--method', 'tools/list');
    expect(tools.map(({ name }: { name: string }) => name)).to.include.members([
      'list_cameras',
      'ask_cameras',
    ]);
    const { content } = await inspect('--method', 'tools/call', '--tool-name', 'list_cameras');
    expect(content).to.deep.equal([{ type: 'text', text: '[]' }]);
  });
});

import { expect } from 'chai';
import { thisMachine } from '#shared/machine.ts';
import { loadConfig } from '../../../gateway/config/config.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

describe('Defaults that depend on the machine', () => {
  const workersOf = (cores: number, memoryBytes: number) => loadConfig({}, { cores, memoryBytes }).workers;

  it('are one RTSP worker on few cores or with little memory, two elsewhere', () => {
    expect(workersOf(2, 24 * GIB).rtsp).to.equal(1);
    expect(workersOf(4, 1 * GIB).rtsp).to.equal(1);
    expect(workersOf(4, 4 * GIB).rtsp).to.equal(2);
  });

  it('leave the other processes their share of the memory before a worker is replaced', () => {
    expect(workersOf(4, 512 * MIB).maxRssBytes).to.equal(320 * MIB);
    expect(workersOf(1, 256 * MIB).maxRssBytes).to.equal(192 * MIB);
    expect(workersOf(8, 64 * GIB).maxRssBytes).to.equal(2 * GIB);
  });

  it('leave analysis out of the demo where there is less than 1 GB', () => {
    const isAnalysed = (memoryBytes: number) => loadConfig({}, { cores: 4, memoryBytes }).demo.isAnalysed;
    expect([isAnalysed(512 * MIB), isAnalysed(1 * GIB)]).to.deep.equal([false, true]);
  });

  it('give way to what the settings say', () => {
    const env = { RTSP_WORKERS: '3', WORKER_MAX_RSS_MB: '300' };
    expect(loadConfig(env, { cores: 1, memoryBytes: GIB }).workers).to.deep.include({
      rtsp: 3,
      maxRssBytes: 300 * MIB,
    });
  });

  it('know this machine', () => {
    const { cores, memoryBytes } = thisMachine();
    expect(cores).to.be.at.least(1);
    expect(memoryBytes).to.be.greaterThan(64 * MIB);
  });
});

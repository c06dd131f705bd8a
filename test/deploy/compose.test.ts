import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SECRET_SETTINGS } from '../../gateway/config/secret-files.ts';
import { COMPOSE_CHECKER, requirePeer } from '../support/peers.ts';
import { ROOT } from '../support/source-files.ts';

interface Service {
  environment?: Record<string, unknown> | string[];
  secrets?: { source: string; target: string }[];
  command?: string[];
  volumes?: unknown[];
}

interface Project {
  services: Record<string, Service>;
  secrets: Record<string, unknown>;
}

const FILE = join(ROOT, 'compose.yaml');
const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

describe('The Compose file', () => {
  let project: Project;

  before('is read by the loader of Docker Compose, which knows the schema', function () {
    requirePeer(this, 'the loader of Compose files');
    const { status, stdout, stderr } = spawnSync(COMPOSE_CHECKER, ['-format', 'json', FILE], {
      encoding: 'utf8',
    });
    expect([status, stderr]).to.deep.equal([0, '']);
    project = JSON.parse(stdout) as Project;
  });

  const service = (name: string): Service => project.services[name] as Service;
  /** Inherited ones are lines `NAME=value`. */
  const environmentOf = (name: string): Record<string, unknown> => {
    const { environment = {} } = service(name);
    if (!Array.isArray(environment)) return environment;
    return Object.fromEntries(environment.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  };

  it('has a gateway, and profiles for PostgreSQL, two workers, MediaMTX and Mosquitto', () => {
    expect(Object.keys(project.services)).to.have.members([
      ...['gateway', 'gateway-postgres', 'gateway-workers', 'worker-1', 'worker-2'],
      ...['postgres', 'mediamtx', 'mosquitto'],
    ]);
  });

  for (const name of ['gateway', 'gateway-postgres', 'gateway-workers', 'worker-1', 'worker-2']) {
    it(`gives ${name} settings that exist`, () => {
      for (const setting of Object.keys(environmentOf(name)))
        expect(example).to.include(`#${setting.replace(/_FILE$/, '')}=`);
    });

    it(`gives ${name} its secrets as files alone`, () => {
      const environment = environmentOf(name);
      const { secrets = [] } = service(name);
      const values = Object.entries(environment).filter(
        ([setting, value]) => value !== '' && SECRET_SETTINGS.some((secret) => secret === setting),
      );
      expect(values).to.deep.equal([]);
      for (const [setting, file] of Object.entries(environment).filter(([key]) => key.endsWith('_FILE')))
        expect(secrets.map(({ target }) => target)).to.include(file, setting);
      expect(Object.keys(project.secrets)).to.include.members(secrets.map(({ source }) => source));
    });

    it(`lets ${name} write to its volume and /tmp alone`, () => {
      expect(service(name)).to.include({ read_only: true }).and.to.have.property('tmpfs');
      expect(service(name).volumes).to.have.lengthOf(1);
    });
  }

  it('starts workers by a program that the image has, at the addresses that the gateway is told', () => {
    const urls = ['worker-1', 'worker-2'].map((name) => {
      const { command = [] } = service(name);
      const environment = environmentOf(name);
      expect(readFileSync(join(ROOT, command.at(-1) as string), 'utf8')).to.include('import');
      expect(dockerfile).to.include('COPY workers workers');
      return `http://${environment.WORKER_HOST}:${environment.WORKER_PORT}`;
    });
    expect(environmentOf('gateway-workers').WORKER_URLS).to.equal(urls.join());
  });
});

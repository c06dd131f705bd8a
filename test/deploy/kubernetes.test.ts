import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { SECRET_SETTINGS } from '../../gateway/config/secret-files.ts';
import { KUBERNETES_VALIDATE, kustomize, requirePeer } from '../support/peers.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The oldest version that has what is used (`preStop.sleep`), and a current one. */
const VERSIONS = ['1.30', '1.35'];
const SECRETS = ['api_token', 'secret_key', 'database_url', 'worker_secret'];
const NAME = 'app.kubernetes.io/name';
const COMPONENT = 'app.kubernetes.io/component';

// biome-ignore lint/suspicious/noExplicitAny: the validator knows the types
type Resource = any;

const example = readFileSync(join(ROOT, '.env.example'), 'utf8');

for (const overlay of ['one-machine', 'cluster']) {
  describe(`Kubernetes: the overlay ${overlay}`, () => {
    let file: string;
    let resources: Resource[];

    const ofKind = (...kinds: string[]): Resource[] => resources.filter(({ kind }) => kinds.includes(kind));
    const pods = (): Resource[] => ofKind('Deployment', 'StatefulSet').map(({ spec }) => spec.template);
    const containers = (): Resource[] => pods().flatMap(({ spec }) => spec.containers);

    before(function () {
      requirePeer(this, 'kustomize');
      const folder = join(temporaryFolder(), 'kubernetes');
      cpSync(join(ROOT, 'deploy/kubernetes'), folder, { recursive: true });
      for (const name of SECRETS) writeFileSync(join(folder, 'overlays', overlay, 'secrets', name), name);
      const { status, stdout, stderr } = kustomize(join(folder, 'overlays', overlay));
      expect([status, stderr]).to.deep.equal([0, '']);
      file = join(folder, 'all.yaml');
      writeFileSync(file, stdout);
      resources = parseAllDocuments(stdout).map((document) => document.toJS());
    });

    it('fits the schemas of Kubernetes', function () {
      requirePeer(this, 'kubernetes-validate');
      for (const version of VERSIONS) {
        const { status, stdout, stderr } = spawnSync(
          KUBERNETES_VALIDATE,
          ['-k', version, '--strict', '--quiet', file],
          { encoding: 'utf8' },
        );
        expect(status, `${stdout}${stderr}`).to.equal(0);
      }
    });

    it('gives containers settings that exist, and secrets as files alone', () => {
      const settings = ofKind('ConfigMap').flatMap(({ data }) => Object.keys(data));
      const own = containers().flatMap(({ env = [] }) => env.map(({ name }: { name: string }) => name));
      for (const setting of [...settings, ...own])
        expect(example).to.include(`#${setting.replace(/_FILE$/, '')}=`);
      const values = [...settings, ...own].filter((name) =>
        SECRET_SETTINGS.some((secret) => secret === name),
      );
      expect(values).to.deep.equal([]);
    });

    it('mounts every secret that a container reads', () => {
      const keys = new Map(ofKind('Secret').map(({ metadata, data }) => [metadata.name, Object.keys(data)]));
      for (const { spec } of pods()) {
        const secret = spec.volumes.find(({ name }: { name: string }) => name === 'secrets').secret;
        for (const { name, value } of spec.containers[0].env)
          if (name.endsWith('_FILE'))
            expect(keys.get(secret.secretName)).to.include(value.replace('/secrets/', ''));
      }
    });

    it('runs containers as user 1000, on a read-only disk, without rights, within measured memory', () => {
      for (const { spec } of pods()) {
        expect(spec.securityContext).to.include({ runAsNonRoot: true, runAsUser: 1000 });
        expect(spec.automountServiceAccountToken).to.equal(false);
        expect(spec.enableServiceLinks).to.equal(false);
      }
      for (const { securityContext, resources: needs } of containers()) {
        expect(securityContext).to.deep.equal({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(needs.requests).to.have.keys('cpu', 'memory');
        expect(needs.limits).to.have.keys('memory');
      }
    });

    it('probes containers on a port that they have', () => {
      for (const { ports, livenessProbe, readinessProbe } of containers())
        for (const { httpGet } of [livenessProbe, readinessProbe])
          expect(ports.map(({ name }: { name: string }) => name)).to.include(httpGet.port);
    });

    it('selects pods that there are', () => {
      const labels = pods().map(({ metadata }) => `${metadata.labels[NAME]}/${metadata.labels[COMPONENT]}`);
      const selectors = [
        ...ofKind('Service').map(({ spec }) => spec.selector),
        ...ofKind('PodDisruptionBudget').map(({ spec }) => spec.selector.matchLabels),
        ...ofKind('NetworkPolicy').map(({ spec }) => spec.podSelector.matchLabels),
      ];
      expect(selectors).not.to.deep.equal([]);
      for (const selector of selectors) expect(labels).to.include(`${selector[NAME]}/${selector[COMPONENT]}`);
    });

    it('names the headless Service at which gateways find the workers', () => {
      for (const { env } of containers()) {
        const dns = env.find(({ name }: { name: string }) => name === 'WORKER_DNS')?.value;
        if (dns === undefined) continue;
        const [name, port] = dns.split(':');
        const service = ofKind('Service').find(({ metadata }) => metadata.name === name);
        expect(service.spec).to.include({ clusterIP: 'None' });
        expect(service.spec.ports.map((each: { port: number }) => each.port)).to.include(Number(port));
        expect(ofKind('StatefulSet')[0].spec.serviceName).to.equal(name);
      }
    });

    it('keeps no secret in the repository', () => {
      const kept = readdirSync(join(ROOT, 'deploy/kubernetes/overlays', overlay, 'secrets'));
      const isIgnored = readFileSync(
        join(ROOT, 'deploy/kubernetes/overlays', overlay, 'secrets/.gitignore'),
        'utf8',
      );
      expect(kept).to.include('.gitignore');
      expect(isIgnored).to.equal('*\n!.gitignore\n');
    });
  });
}

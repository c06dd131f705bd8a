/** Runs the cases of an agent in namespaces of their own. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNamespaces } from '../in-namespaces.ts';
import { run } from '../namespaces.ts';
import { ADDRESS, PLACES } from './network.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const PROGRAMS = {
  ip: 'iproute2',
  tc: 'iproute2',
  nft: 'nftables',
  nginx: 'nginx',
  openssl: 'openssl',
  python3: 'python3',
};

/** @param word runs only the cases whose name holds it @returns whether all held their bounds; skipped ones do */
export async function injectIntoAgent(word = ''): Promise<boolean> {
  return runInNamespaces({
    title: 'faults of an agent',
    ...{ places: PLACES, from: 'viewers', programs: PROGRAMS, devices: ['/dev/net/tun'], main: MAIN, word },
    prepare: (folder) => ({ NODE_EXTRA_CA_CERTS: makeCertificate(folder) }),
  });
}

/** For the proxy, as agent and viewers call it. */
function makeCertificate(folder: string): string {
  const certificate = join(folder, 'certificate.pem');
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = `subjectAltName=IP:${ADDRESS.cloud},IP:${ADDRESS.cloudToViewers}`;
  const files = ['-keyout', join(folder, 'key.pem'), '-out', certificate];
  run('openssl', 'req', ...kind, '-subj', '/CN=gateway', '-addext', names, ...files);
  return certificate;
}

/** Runs the cases of an agent in namespaces of their own, and leaves nothing behind. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeNamespaces, obstacle, removeNamespace, run, spawnIn } from './namespaces.ts';
import { ADDRESS } from './network.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** @param word runs only the cases whose name holds it @returns whether all held their bounds; skipped ones do */
export async function injectIntoAgent(word = ''): Promise<boolean> {
  const reason = obstacle(process.env.PATH ?? '', process.getuid?.());
  if (reason !== undefined) {
    console.log(`SKIPPED  faults of an agent over network namespaces: ${reason}`);
    return true;
  }
  const folder = mkdtempSync(join(tmpdir(), 'gateway-faults-'));
  const names = makeNamespaces();
  const end = () => {
    for (const name of Object.values(names)) removeNamespace(name);
    rmSync(folder, { recursive: true, force: true });
  };
  const stop = () => {
    end();
    process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stop);
  try {
    const certificate = makeCertificate(folder);
    const child = spawnIn(names.viewers, [process.execPath, MAIN, folder, JSON.stringify(names), word], {
      env: { NODE_EXTRA_CA_CERTS: certificate },
      stdio: 'inherit',
    });
    const [code] = await once(child, 'exit');
    return code === 0;
  } finally {
    end();
  }
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

/** Runs after `npm ci`, on any Node: removes what only compilers and other platforms use, some 320 MB. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const list = (folder) => (existsSync(folder) ? readdirSync(folder) : []);
const listAll = (folder) =>
  existsSync(folder) ? readdirSync(folder, { recursive: true }).map((path) => `${folder}/${path}`) : [];
const remove = (path) => rmSync(path, { recursive: true, force: true });

const copies = `${modules}/node/node_modules`;
for (const name of list(copies))
  if (/^node-(bin-)?(linux|darwin|win)/.test(name))
    for (const part of ['include', 'share', 'CHANGELOG.md']) remove(`${copies}/${name}/${part}`);

// Sources beside the built files.
remove(`${modules}/zod/src`);

// Source maps, and builds of Swagger UI that are not served.
for (const name of [
  '@modelcontextprotocol/core',
  '@modelcontextprotocol/server',
  '@trpc/server',
  'lit-html',
  'swagger-ui-dist',
])
  for (const path of listAll(`${modules}/${name}`)) if (path.endsWith('.map')) remove(path);
for (const name of ['swagger-ui.js', 'swagger-ui-es-bundle.js', 'swagger-ui-es-bundle-core.js'])
  remove(`${modules}/swagger-ui-dist/${name}`);

// Builds for browsers and other engines.
for (const path of ['mqtt/dist', 'xml2js/lib/xml2js.bc.js', 'yaml/browser']) remove(`${modules}/${path}`);

// Without development nothing compiles, which alone reads declarations and source maps, and nothing is tested.
if ((process.env.npm_config_omit ?? '').split(/[\s,]+/).includes('dev')) {
  for (const path of listAll(modules)) if (/\.(d\.[cm]?ts|map)$/.test(path)) remove(path);
  remove(`${modules}/@opencvjs/node/test`);
  for (const part of ['test', 'benchmarks', 'docs']) remove(`${modules}/pino/${part}`);
  for (const path of listAll(modules)) if (/\/(changelog|history)\.md$/i.test(path)) remove(path);
  // Builds for require(): these are imported.
  for (const name of ['zod', '@modelcontextprotocol/core', '@modelcontextprotocol/server', '@trpc/server'])
    for (const path of listAll(`${modules}/${name}`)) if (path.endsWith('.cjs')) remove(path);
}

const runtimes = `${modules}/onnxruntime-node/bin`;
for (const version of list(runtimes))
  for (const platform of list(`${runtimes}/${version}`))
    for (const arch of list(`${runtimes}/${version}/${platform}`))
      if (platform !== process.platform || arch !== process.arch)
        remove(`${runtimes}/${version}/${platform}/${arch}`);

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cameraChangesSchema } from '#shared/contract/camera.ts';
import { loadConfig } from '../../gateway/config/config.ts';
import { SECRET_SETTINGS, withSecretFiles } from '../../gateway/config/secret-files.ts';
import type { RouteGroup } from '../../gateway/http/route.ts';
import { parseCommand } from '../../gateway/mqtt/command.ts';
import { expectTemplate } from '../../gateway/notifications/template.ts';
import { parseDescription } from '../../workers/analysis/detectors/model-description.ts';
import { CAMERA_CERTIFICATE } from '../support/camera-certificate.ts';
import { gatewayRoutes } from '../support/gateway-routes.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { blocksOf, commandsOf, DOCUMENTS, inlineCode } from './blocks.ts';
import { idleReasons, isRun, isSetting, isShell, reasonAgainst } from './commands.ts';
import { curlExamples, swapsAt } from './curl-examples.ts';
import { isJsonBody, routesInText } from './routes-in-text.ts';
import { typeErrors } from './type-check.ts';

/** How the blocks of each language are checked. */
const CHECKED: Record<string, string> = {
  sh: 'command by command, below and in test/system/document-examples.test.ts',
  bash: 'as sh',
  js: 'run by test/system/readme.test.ts',
  json: 'below; messages of MCP in test/system/document-examples.test.ts',
  ts: 'types, below',
  tsx: 'compiled and exported by test/expo',
  mermaid: 'a drawing',
  text: 'what a command printed',
};
const EXAMPLE = 'docs/examples/expo';
/** Blocks without a language. */
const DRAWINGS = ['docs/architecture.md'];
/** Pages whose JSON test/system/document-examples.test.ts sends and compares. */
const MCP_PAGES = ['docs/mcp.md', 'docs/mcp-session.md'];
/** Variables that are no settings of the gateway, with their owner. */
const OTHER_VARIABLES: Record<string, string> = {
  INTEROP_PYTHON: 'npm run interop',
  INTEROP_MODULES: 'npm run interop',
  MALLOC_ARENA_MAX: 'glibc',
  NAME_FILE: 'stands for every secret',
  NODE_EXTRA_CA_CERTS: 'Node.js',
};

/** JSON by page and a part of it. */
const JSON_CHECKS: readonly [page: string, part: string, check: (text: string) => void][] = [
  ['docs/detectors.md', '"decoder"', (text) => void parseDescription(text, 'model.json')],
  ['docs/detectors.md', '"zones"', (text) => void cameraChangesSchema.parse(JSON.parse(text))],
  ['docs/notifications.md', '{{title}}', (text) => expectTemplate(text, 'application/json')],
  // What the gateway publishes: test/gateway/mqtt expects it.
  ['docs/mqtt.md', '"connected"', (text) => void JSON.parse(text)],
];

const blocks = blocksOf();
const commands = blocks.filter(({ language }) => isShell(language)).flatMap(commandsOf);
const example = readFileSync(join(ROOT, '.env.example'), 'utf8');

describe('The examples of the documents', function () {
  this.timeout(60_000);

  it('are all of a kind that tests check', () => {
    const unknown = blocks.filter(
      ({ page, language }) => !(language in CHECKED) && !(language === '' && DRAWINGS.includes(page)),
    );
    expect(unknown.map(({ page, line }) => `${page}:${line}`)).to.deep.equal([]);
  });

  it('have commands that tests run, or a reason why not', () => {
    const unknown = commands.filter(
      (command) => !isRun(command) && !isSetting(command) && reasonAgainst(command) === undefined,
    );
    expect(unknown).to.deep.equal([]);
  });

  it('need every reason', () => {
    expect(idleReasons(commands)).to.deep.equal([]);
  });

  it('need every change of address that tests make', () => {
    const all = [...curlExamples().values()].flat().join('\n');
    const swaps = swapsAt({ origin: '', rtspPort: 0, ptzPort: 0 });
    // Each is looked for in what the ones before it leave.
    const { idle } = swaps.reduce(
      ({ text, idle }, [from, to]) => ({
        text: text.replaceAll(from, to),
        idle: text.includes(from) ? idle : [...idle, from],
      }),
      { text: all, idle: [] as string[] },
    );
    expect(idle).to.deep.equal([]);
  });

  it('run scripts that package.json has', () => {
    for (const page of DOCUMENTS) {
      const own = blocks.filter((block) => block.page === page && isShell(block.language));
      const texts = [...own.flatMap(commandsOf), ...inlineCode(page)];
      const named = texts.flatMap((text) => [...text.matchAll(/\bnpm run (?:-s )?([a-z-:]+)/g)]);
      const missing = named.map(([, name = '']) => name).filter((name) => !(name in scriptsFor(page)));
      expect(missing, page).to.deep.equal([]);
    }
  });

  for (const block of blocks.filter(({ language }) => isShell(language))) {
    const variables = settingsOf(commandsOf(block));
    if (Object.keys(variables).length === 0) continue;
    it(`have settings that the gateway takes: ${Object.keys(variables).join(', ')}`, () => {
      for (const name of Object.keys(variables)) expect(isSettingName(name), name).to.equal(true);
      expect(() => loadConfig(withSecretFiles(withFiles(variables)))).not.to.throw();
    });
  }

  it('name settings that exist', () => {
    const unknown = DOCUMENTS.filter((page) => page !== 'docs/settings.md').flatMap((page) =>
      inlineCode(page)
        .flatMap((code) => /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=|$)/.exec(code)?.[1] ?? [])
        .map((name) => name.replace(/_FILE$/, ''))
        .filter((name) => !example.includes(`#${name}`) && !(name in OTHER_VARIABLES))
        .map((name) => `${page}: ${name}`),
    );
    expect(unknown).to.deep.equal([]);
  });

  const json = blocks.filter(({ page, language }) => language === 'json' && !MCP_PAGES.includes(page));
  for (const { page, line, text } of json) {
    it(`hold JSON that is taken: ${page}:${line}`, () => {
      const check = JSON_CHECKS.find(([each, part]) => each === page && text.includes(part))?.[2];
      expect(check, 'a row of JSON_CHECKS').to.not.equal(undefined);
      check?.(text);
    });
  }

  it('hold commands over MQTT that are taken', () => {
    const published = commands.filter((command) => command.startsWith('mosquitto_pub '));
    expect(published).to.not.deep.equal([]);
    for (const command of published) parseCommand(JSON.parse(/ -m '(.*)'$/s.exec(command)?.[1] ?? ''));
  });

  it('have the right types', () => {
    const texts = blocks.filter(({ language }) => language === 'ts').map(({ text }) => text);
    expect(texts.length).to.be.above(3);
    expect(typeErrors(texts)).to.equal('');
  });

  describe('in running text', () => {
    let groups: readonly RouteGroup[];
    before(async () => {
      groups = await gatewayRoutes();
    });

    it('name routes that exist', () => {
      const unknown = routesInText(groups).filter(({ route }) => route === undefined);
      expect(unknown.map(({ page, method, path }) => `${page}: ${method} ${path}`)).to.deep.equal([]);
    });

    it('have bodies that their routes take', () => {
      const bodies = routesInText(groups).filter(({ body }) => isJsonBody(body));
      expect(bodies.length).to.be.above(3);
      for (const { page, method, path, route, body } of bodies) {
        const schema = route?.request.bodies?.[0]?.schema;
        const { error } = schema?.safeParse(JSON.parse(body)) ?? {};
        expect(error, `${page}: ${method} ${path} ${body}`).to.equal(undefined);
      }
    });
  });
});

/** Scripts that a reader of a page can run: those of the example's own package, too, where a page is about it. */
function scriptsFor(page: string): Record<string, string> {
  const packages = page.startsWith(EXAMPLE) ? ['.', EXAMPLE] : ['.'];
  return Object.assign(
    {},
    ...packages.map((name) => JSON.parse(readFileSync(join(ROOT, name, 'package.json'), 'utf8')).scripts),
  );
}

function isSettingName(name: string): boolean {
  return example.includes(`#${name}=`) || SECRET_SETTINGS.some((secret) => `${secret}_FILE` === name);
}

/** With files that exist in place of those that are named. */
function withFiles(variables: Record<string, string>): Record<string, string> {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, CAMERA_CERTIFICATE);
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, name.endsWith('_FILE') ? file : value]),
  );
}

/** Variables that commands set, for themselves or for what they start. */
function settingsOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines
      .flatMap((line) => [...line.matchAll(/(?<=^(?:[A-Z][A-Z0-9_]*=\S* )*)([A-Z][A-Z0-9_]*)=(\S*)/g)])
      .map(([, name, value]) => [name as string, value as string])
      .filter(([name]) => name !== 'FUZZ_RUNS'),
  );
}

/** How tests deal with each command of the documents: run as printed, or why not. */

const SHELL_LANGUAGES = new Set(['sh', 'bash']);

/** What is not run where it is printed, by how it begins, with the reason. */
const NOT_RUN: readonly [command: RegExp, reason: string][] = [
  [/^npm (start|test)\b/, 'test/system/stop.test.ts starts it; these tests are it'],
  [/^npm install && npm (start|test)$/, 'test/deploy/clean-clone.test.ts does it with Node 20 and 24'],
  [
    /^npm install --no-save \.\.\/\.\.\/\.\./,
    'test/expo does these steps with what .ci/expo/install installed',
  ],
  [/^npm install \.\.\/visual-reasoning-gateway\//, 'test/expo installs the packed client'],
  [/^cd docs\/examples\/expo && npm install$/, '.ci/expo/install does it'],
  [/^npm run build:client && npm pack /, 'test/expo does it'],
  [/^npm run [a-z-:]+( -- .*)?$/, 'a script of package.json, which a test here compares'],
  [/^npx mocha /, 'it runs these tests'],
  [/^FUZZ_RUNS=\d+ npm test$/, 'it runs these tests'],
  [/^([A-Z_]+=\S+ )+npm (start|run worker)$/, 'settings, which a test here reads'],
  [/^mosquitto_pub /, 'test/gateway/mqtt sends such commands; a test here reads these'],
  [/^cd deploy\/kubernetes\/|^kustomize |^kubectl /, 'test/deploy checks the manifests; a cluster is yours'],
  [/^ffplay /, 'it opens a window; test/system/restream.test.ts plays the address by ffmpeg'],
  [/^docker /, 'test/deploy runs it where a Docker engine is there, else its steps'],
  [/^git clone REPOSITORY /, 'the address of the repository is yours'],
  [/^cd \/opt\/\S+ && npm ci --omit=dev$/, 'test/deploy/image.test.ts installs like this'],
  [
    /^cp deploy\/systemd\/|^systemctl /,
    'it changes this machine; test/deploy/systemd.test.ts checks the unit',
  ],
];

/** Why a command is not run where it is printed; undefined: it is run, or nothing is known of it. */
export function reasonAgainst(command: string): string | undefined {
  return NOT_RUN.find(([pattern]) => pattern.test(command))?.[1];
}

/** The reasons that no command needs. */
export function idleReasons(commands: readonly string[]): string[] {
  return NOT_RUN.filter(([pattern]) => !commands.some((command) => pattern.test(command))).map(
    ([pattern]) => pattern.source,
  );
}

export function isShell(language: string): boolean {
  return SHELL_LANGUAGES.has(language);
}

/** Whether a command is run by test/system/document-examples.test.ts. */
export function isRun(command: string): boolean {
  return /^(curl|mkdir|openssl|echo) /.test(command);
}

/** Whether it sets a variable and does nothing else. */
export function isSetting(command: string): boolean {
  return /^[A-Z][A-Z0-9_]*=\S*$/.test(command);
}

/**
 * The cases, in the namespace of the viewers; `networks.ts` starts it: `main.ts FOLDER NAMES [WORD]`.
 * With a word only the cases whose name holds it run.
 */
import { messageOf } from '#shared/errors.ts';
import { AGENT_CASES, restore } from './cases.ts';
import { type AgentNamespaces, Network } from './network.ts';
import { Stage } from './stage.ts';

const [folder = '', names = '', word = ''] = process.argv.slice(2);
const rows: string[][] = [];
const network = await Network.open(JSON.parse(names) as AgentNamespaces);
const stage = await Stage.open(network, folder);
for (const { name, run } of AGENT_CASES.filter((one) => one.name.includes(word))) {
  try {
    rows.push(['ok', name, await run(stage)]);
  } catch (error) {
    process.exitCode = 1;
    rows.push(['FAILED', name, messageOf(error)]);
    console.log(stage.lastWords());
  }
  console.log(rows.at(-1)?.join('  '));
  await restore(stage);
}
const line = ([outcome = '', name = '', seen = '']: string[]): string =>
  `${outcome.padEnd(8)}${name.padEnd(22)}${seen}`;
console.log(`\n${rows.map(line).join('\n')}\n${rows.length} cases`);
process.exit();

/** The commands of the documents that tests run as printed, page by page, and what each page takes as given. */
import { blocksOf, commandsOf, DOCUMENTS } from './blocks.ts';
import { isRun, isShell } from './commands.ts';

/** Where the cameras of the examples are in a test. */
export interface Place {
  origin: string;
  rtspPort: number;
  ptzPort: number;
}

/** Cameras that a page speaks of, with the stream of the simulator that plays each. */
export const GIVEN: Record<string, Record<string, string>> = {
  'docs/access.md': { '1': '/1', '2': '/2' },
  'docs/contract.md': { '1': '/1' },
  'docs/ptz.md': { stage: '/ptz' },
  'docs/reasoning.md': { '1': '/1' },
  'docs/recordings.md': { gate: '/2' },
  'docs/restream.md': { gate: '/2' },
  'docs/sources.md': { gate: '/2' },
};

/** The commands to run, by page. README.md has a test of its own: it begins with the demo. */
export function curlExamples(): Map<string, string[]> {
  return new Map(
    DOCUMENTS.filter((page) => page !== 'README.md')
      .map((page): [string, string[]] => {
        const shell = blocksOf([page]).filter(({ language }) => isShell(language));
        return [page, shell.flatMap(commandsOf).filter(isRun)];
      })
      .filter(([, commands]) => commands.length > 0),
  );
}

/** What differs between the reader's network and the one of a test. */
export function swapsAt({ origin, rtspPort, ptzPort }: Place): [printed: string, real: string][] {
  const simulator = `127.0.0.1:${rtspPort}`;
  const local = '"ip":"127.0.0.1"';
  return [
    ['http://localhost:5000', origin],
    ['"ip":"192.168.1.20","username":"admin","password":"secret"', `${local},"port":${rtspPort}`],
    ['"ip":"192.168.1.20"', local],
    ['"port":554', `"port":${rtspPort}`],
    ['192.168.1.21:554/live', `${simulator}/2`],
    ['192.168.1.50/1', `${simulator}/1`],
    ['{"kind":"ptzoptics"}', `{"kind":"ptzoptics","port":${ptzPort}}`],
    ['127.0.0.1:8554/ptz', `${simulator}/ptz`],
    ['"port":8580', `"port":${ptzPort}`],
  ];
}

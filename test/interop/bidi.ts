/** A browser's page over WebDriver BiDi (W3C): Playwright drives a Firefox of its own only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** One page of a browser without a window. */
export class Bidi {
  readonly #browser: ChildProcess;
  readonly #socket: WebSocket;
  #lastId = 0;
  #context = '';

  private constructor(browser: ChildProcess, socket: WebSocket) {
    this.#browser = browser;
    this.#socket = socket;
  }

  /** Starts a browser with a profile of its own. */
  static async open(program: string): Promise<Bidi> {
    const folder = temporaryFolder();
    const args = ['--headless', '--remote-debugging-port=0', '--no-remote', '--profile', folder];
    const env = { PATH: process.env.PATH, HOME: folder };
    const browser = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      let printed = '';
      browser.stderr.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
      });
      const address = () => /BiDi listening on (ws:\S+)/.exec(printed)?.[1];
      const socket = new WebSocket(`${await waitFor(address, { message: `${program} to listen` })}/session`);
      await once(socket, 'open');
      const page = new Bidi(browser, socket);
      await page.#call('session.new', { capabilities: {} });
      const { contexts } = await page.#call('browsingContext.getTree', {});
      page.#context = contexts[0].context;
      return page;
    } catch (error) {
      browser.kill('SIGKILL');
      throw error;
    }
  }

  /** Opens an address and waits until it is interactive. */
  async navigate(url: string): Promise<void> {
    await this.#call('browsingContext.navigate', { context: this.#context, url, wait: 'interactive' });
  }

  /** Runs a script. @returns its value, when that is a number, a text or a boolean @throws Error of the page */
  async evaluate(expression: string): Promise<unknown> {
    const target = { context: this.#context };
    const answer = await this.#call('script.evaluate', { expression, target, awaitPromise: false });
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
    return answer.result.value;
  }

  async close(): Promise<void> {
    this.#socket.close();
    const exited = once(this.#browser, 'exit');
    this.#browser.kill();
    await exited;
  }

  // biome-ignore lint/suspicious/noExplicitAny: results differ by method
  async #call(method: string, params: object): Promise<any> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [data] = await once(this.#socket, 'message');
      const answer = JSON.parse(data.toString());
      if (answer.id !== id) continue;
      if (answer.type === 'error') throw new Error(`${method}: ${answer.message}`);
      return answer.result;
    }
  }
}

import { expect } from 'chai';
import { suspectsOf } from '../../../gateway/supervisor/suspects.ts';

const signal = (name: string) => ({ code: null, signal: name });
const code = (number: number) => ({ code: number, signal: null });
const HANDLED = { main: 'a', others: ['b', 'c'] };
const DECODED = { main: undefined, others: ['b', 'c'] };

describe('suspectsOf', () => {
  it('takes what the main thread worked on for the cause of a hang and of an exception', () => {
    expect(suspectsOf('liveness', signal('SIGKILL'), HANDLED)).to.deep.equal(['a']);
    expect(suspectsOf('exit', code(1), HANDLED)).to.deep.equal(['a']);
    expect(suspectsOf('exit', code(1), DECODED)).to.deep.equal(['b', 'c']);
  });

  it('suspects every camera that was worked on when the process did something impossible', () => {
    expect(suspectsOf('exit', signal('SIGSEGV'), HANDLED)).to.deep.equal(['a', 'b', 'c']);
    expect(suspectsOf('memory', signal('SIGKILL'), DECODED)).to.deep.equal(['b', 'c']);
  });

  it('suspects one camera at most when the process was killed from outside', () => {
    expect(suspectsOf('exit', signal('SIGKILL'), DECODED)).to.deep.equal([]);
    expect(suspectsOf('exit', signal('SIGKILL'), { main: undefined, others: ['b'] })).to.deep.equal(['b']);
  });

  it('suspects no camera when the end was ordered, or says itself why', () => {
    for (const reason of ['stop', 'restart', 'recycle', 'start-timeout'] as const)
      expect(suspectsOf(reason, code(0), HANDLED)).to.deep.equal([]);
    for (const exit of [code(0), code(70), code(75), code(78), signal('SIGTERM')])
      expect(suspectsOf('exit', exit, HANDLED)).to.deep.equal([]);
    expect(suspectsOf('exit', code(1), undefined)).to.deep.equal([]);
  });
});

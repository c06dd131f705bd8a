import { expect } from 'chai';
import { Lookout, type Presence } from '../../../gateway/notifications/lookout.ts';
import type { Rule } from '../../../gateway/notifications/notification.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const RULE: Rule = {
  ...{ id: 'ntf_1', name: 'Phone', targetKind: 'ntfy', enabled: true },
  ...{ cameras: null, kinds: null, labels: null, zones: null, times: null, quiet: null },
  ...{ groupSeconds: 0, afterSeconds: 0 },
};

describe('The lookouts of two gateways on one database', () => {
  it('tell once of a camera that both see, also when the turn changes, and each of its own worker', async () => {
    const told: string[] = [];
    const looks = { a: 0, b: 0 };
    let holder: keyof typeof looks = 'a';
    let isHere = false;
    const lookoutOf = (name: keyof typeof looks): Lookout =>
      new Lookout({
        look: async (): Promise<Presence[]> => {
          looks[name] += 1;
          return [
            { kind: 'camera', id: '1', name: 'Front Door', isHere },
            { kind: 'worker', id: `${name}.rtsp-0`, name: `${name}.rtsp-0`, isHere: false },
          ];
        },
        rules: () => [RULE],
        isOurTurn: async () => holder === name,
        tell: async (_rule, { kind, cameraId, label }) => {
          told.push(`${name}: ${kind} ${cameraId ?? label}`);
        },
        ...{ log: silentLog, everyMs: 1, now: Date.now },
      });
    const lookouts = [lookoutOf('a'), lookoutOf('b')];
    for (const lookout of lookouts) lookout.start();
    const bothLooked = async (): Promise<void> => {
      const before = { ...looks };
      await waitFor(() => looks.a > before.a + 2 && looks.b > before.b + 2, { message: 'two looks' });
    };
    await bothLooked();
    holder = 'b';
    await bothLooked();
    isHere = true;
    await bothLooked();
    for (const lookout of lookouts) await lookout.close();
    expect(told.sort()).to.deep.equal([
      'a: camera-offline 1',
      'a: worker-lost a.rtsp-0',
      'b: camera-online 1',
      'b: worker-lost b.rtsp-0',
    ]);
  });
});

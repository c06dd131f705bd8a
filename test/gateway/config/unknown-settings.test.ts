import { expect } from 'chai';
import { loadConfig } from '../../../gateway/config/config.ts';
import { recordReads, unknownSettings } from '../../../gateway/config/unknown-settings.ts';

/** The warnings about an environment. */
function warningsAbout(env: Record<string, string>): string[] {
  const { env: recorded, names } = recordReads(env);
  loadConfig(recorded);
  return unknownSettings(env, names);
}

describe('Unknown settings', () => {
  for (const [name, nearest] of [
    ['MOONDREM_API_KEY', 'MOONDREAM_API_KEY'],
    ['RTSP_WORKER', 'RTSP_WORKERS'],
    ['API_TOEKN', 'API_TOKEN'],
    ['DEMO_CAMERA', 'DEMO_CAMERAS'],
  ] as const) {
    it(`are told with the nearest name: ${name}`, () => {
      expect(warningsAbout({ [name]: 'x' })).to.deep.equal([
        `${name} is no setting; did you mean ${nearest}?`,
      ]);
    });
  }

  it('are no settings, no files of secrets and no variables of others', () => {
    const ours = { PORT: '5000', LOG_LEVEL: 'info', API_TOKEN: 'x'.repeat(40), VLM_KEY_FILE: '/run/x' };
    const others = { PATH: '/bin', HOME: '/root', LOGNAME: 'me', HOSTNAME: 'box', TERM: 'xterm', PWD: '/' };
    expect(warningsAbout({ ...ours, ...others })).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import { loadMediamtx } from '../../../gateway/config/mediamtx.ts';
import { SettingsError } from '../../../shared/settings.ts';

const TWO = { MEDIAMTX_API_URL: 'http://edge-1:9997, https://edge-2:9997/' };
const GATEWAY = { ...TWO, MEDIAMTX_GATEWAY_URL: 'http://gateway:5000' };

describe('Settings of MediaMTX servers', () => {
  it('number the servers of a list, or take their names and addresses in its order', () => {
    expect(loadMediamtx(TWO)?.servers).to.deep.equal([
      { apiUrl: 'http://edge-1:9997', webrtcUrl: undefined, server: 'mediamtx' },
      { apiUrl: 'https://edge-2:9997', webrtcUrl: undefined, server: 'mediamtx-2' },
    ]);
    const named = {
      MEDIAMTX_SERVER: 'paris,rome',
      MEDIAMTX_WEBRTC_URL: 'https://p.example,https://r.example',
    };
    expect(loadMediamtx({ ...TWO, ...named })?.servers[1]).to.deep.equal({
      apiUrl: 'https://edge-2:9997',
      webrtcUrl: 'https://r.example',
      server: 'rome',
    });
  });

  for (const [name, value] of [
    ['MEDIAMTX_WEBRTC_URL', 'https://one.example'],
    ['MEDIAMTX_SERVER', 'a,b,c'],
    ['MEDIAMTX_SERVER', 'same,same'],
    ['MEDIAMTX_SERVER', 'ok,gateway'],
    ['MEDIAMTX_API_URL', 'http://edge-1:9997,edge-2'],
  ] as const) {
    it(`refuse ${name}=${value}, naming it`, () => {
      expect(() => loadMediamtx({ ...TWO, [name]: value })).to.throw(SettingsError, name);
    });
  }

  it('give servers a key of their own, or the token of viewers, never that of admins', () => {
    const tokens = { API_TOKEN: 'a'.repeat(32), VIEWER_TOKEN: 'v'.repeat(32) };
    expect(loadMediamtx({ ...GATEWAY, ...tokens })?.gateway?.key).to.equal(tokens.VIEWER_TOKEN);
    expect(loadMediamtx({ ...GATEWAY, ...tokens, MEDIAMTX_GATEWAY_KEY: 'k' })?.gateway?.key).to.equal('k');
    expect(loadMediamtx({ ...GATEWAY, API_TOKEN: tokens.API_TOKEN })?.gateway?.key).to.equal(undefined);
  });
});

import { expect } from 'chai';
import { SettingsError } from '#shared/settings.ts';
import { loadAgentConfig } from '../../agent/config.ts';

const TOKEN = `vra_${'0a'.repeat(32)}`;

describe('Settings of an agent', () => {
  it('are the address of the gateway and a token', () => {
    const config = loadAgentConfig({ GATEWAY_URL: 'https://gateway.example/cameras/', AGENT_TOKEN: TOKEN });
    expect(config).to.include({ gatewayUrl: 'https://gateway.example/cameras', token: TOKEN });
  });

  it('refuse text that is not the token of an agent, by name and without showing it', () => {
    for (const token of ['vra_…', 'vrk_0123', `${TOKEN}\n${TOKEN}`, TOKEN.slice(0, -1)]) {
      const load = () => loadAgentConfig({ GATEWAY_URL: 'https://gateway.example', AGENT_TOKEN: token });
      expect(load).to.throw(SettingsError, 'AGENT_TOKEN').and.property('message').not.includes(token);
    }
  });

  it('refuse what is not the address of a gateway', () => {
    for (const url of ['gateway.example', 'ftp://gateway.example', 'https://user:secret@gateway.example'])
      expect(() => loadAgentConfig({ GATEWAY_URL: url }))
        .to.throw(SettingsError, 'GATEWAY_URL')
        .and.property('message')
        .not.includes('secret');
  });
});

/** Asks for the gateway, and tries it before it is kept. */
import { useState } from 'react';
import { StyleSheet, TextInput } from 'react-native';
import type { Address } from './address';
import { createClient, sentenceOf } from './gateway';
import { Button, colors, Title, Words } from './ui';

export function ConnectScreen({ onConnect }: { onConnect: (address: Address) => void }) {
  const [baseUrl, setBaseUrl] = useState('');
  const [token, setToken] = useState('');
  const [words, setWords] = useState('');

  const connect = async () => {
    setWords('Connecting …');
    try {
      const address = { baseUrl: baseUrl.trim(), token: token.trim() };
      await createClient(address).cameras.list({ limit: 1 });
      onConnect(address);
    } catch (error) {
      setWords(sentenceOf(error));
    }
  };

  return (
    <>
      <Title>Your gateway</Title>
      <TextInput
        aria-label="Address"
        placeholder="http://192.168.1.20:5000"
        placeholderTextColor={colors.faint}
        value={baseUrl}
        onChangeText={setBaseUrl}
        autoCapitalize="none"
        autoCorrect={false}
        inputMode="url"
        style={styles.input}
      />
      <TextInput
        aria-label="Token or key"
        placeholder="Token or key"
        placeholderTextColor={colors.faint}
        value={token}
        onChangeText={setToken}
        autoCapitalize="none"
        autoCorrect={false}
        secureTextEntry
        style={styles.input}
      />
      <Button label="Connect" onPress={() => void connect()} />
      <Words>{words}</Words>
    </>
  );
}

const styles = StyleSheet.create({
  input: {
    minHeight: 44,
    paddingHorizontal: 12,
    borderRadius: 8,
    backgroundColor: colors.card,
    color: colors.text,
    fontSize: 16,
  },
});

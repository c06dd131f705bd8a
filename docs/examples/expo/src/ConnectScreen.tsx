/** Asks for the gateway, by its QR code or by hand, and tries it before it is kept. */
import { useState } from 'react';
import { StyleSheet, TextInput } from 'react-native';
import type { Address } from './address';
import { createClient, isPairingCode, pairByCode, pairByLink, sentenceOf } from './gateway';
import { ScanScreen } from './ScanScreen';
import { Button, colors, Title, Words } from './ui';

export function ConnectScreen({ onConnect }: { onConnect: (address: Address) => void }) {
  const [baseUrl, setBaseUrl] = useState('');
  const [token, setToken] = useState('');
  const [words, setWords] = useState('');

  const [isScanning, setIsScanning] = useState(false);

  const connect = async (find: () => Promise<Address>) => {
    setIsScanning(false);
    setWords('Connecting …');
    try {
      const address = await find();
      await createClient(address).cameras.list({ limit: 1 });
      onConnect(address);
    } catch (error) {
      setWords(sentenceOf(error));
    }
  };
  const typed = async (): Promise<Address> => {
    const address = { baseUrl: baseUrl.trim(), token: token.trim() };
    return isPairingCode(address.token) ? pairByCode(address.baseUrl, address.token) : address;
  };

  if (isScanning)
    return (
      <ScanScreen
        onScan={(text) => void connect(() => pairByLink(text))}
        onCancel={() => setIsScanning(false)}
      />
    );
  return (
    <>
      <Title>Your gateway</Title>
      <Button label="Scan its QR code" onPress={() => setIsScanning(true)} />
      <Words>In its dashboard: Settings, App and tokens, Show a QR code. Or by hand:</Words>
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
        aria-label="Code, token or key"
        placeholder="Code, token or key"
        placeholderTextColor={colors.faint}
        value={token}
        onChangeText={setToken}
        autoCapitalize="none"
        autoCorrect={false}
        secureTextEntry
        style={styles.input}
      />
      <Button label="Connect" onPress={() => void connect(typed)} />
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

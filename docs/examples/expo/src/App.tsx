/** The app: first the gateway's address, then cameras and events. */
import { StatusBar } from 'expo-status-bar';
import { useEffect, useState } from 'react';
import { SafeAreaView, ScrollView, StyleSheet, View } from 'react-native';
import type { Camera, GatewayClient } from 'visual-reasoning-gateway-client';
import { type Address, forgetAddress, loadAddress, saveAddress } from './address';
import { CameraList } from './CameraList';
import { CameraScreen } from './CameraScreen';
import { ConnectScreen } from './ConnectScreen';
import { EventList } from './EventList';
import { createClient } from './gateway';
import { Button, colors } from './ui';

export function App() {
  const [client, setClient] = useState<GatewayClient>();
  const connect = (address: Address) => {
    void saveAddress(address);
    setClient(createClient(address));
  };
  const leave = () => {
    void forgetAddress();
    client?.close();
    setClient(undefined);
  };

  useEffect(() => {
    loadAddress().then((address) => {
      if (address !== undefined) setClient(createClient(address));
    }, console.warn);
  }, []);

  return (
    <SafeAreaView style={styles.page}>
      <StatusBar style="light" />
      <ScrollView contentContainerStyle={styles.content}>
        {client === undefined ? (
          <ConnectScreen onConnect={connect} />
        ) : (
          <Gateway client={client} onLeave={leave} />
        )}
      </ScrollView>
    </SafeAreaView>
  );
}

function Gateway({ client, onLeave }: { client: GatewayClient; onLeave: () => void }) {
  const [tab, setTab] = useState<'cameras' | 'events'>('cameras');
  const [camera, setCamera] = useState<Camera>();
  if (camera !== undefined)
    return <CameraScreen client={client} camera={camera} onBack={() => setCamera(undefined)} />;
  return (
    <>
      <View style={styles.tabs}>
        <Button label="Cameras" isChosen={tab === 'cameras'} onPress={() => setTab('cameras')} />
        <Button label="Events" isChosen={tab === 'events'} onPress={() => setTab('events')} />
        <Button label="Leave" onPress={onLeave} />
      </View>
      {tab === 'cameras' ? <CameraList client={client} onOpen={setCamera} /> : <EventList client={client} />}
    </>
  );
}

const styles = StyleSheet.create({
  page: { flex: 1, backgroundColor: colors.page },
  content: { gap: 16, padding: 16, width: '100%', maxWidth: 720, alignSelf: 'center' },
  tabs: { flexDirection: 'row', gap: 8 },
});

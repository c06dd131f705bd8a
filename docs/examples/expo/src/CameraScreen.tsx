/** One camera: frames or video, pan and tilt, questions. */
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';
import type { Camera, GatewayClient } from 'visual-reasoning-gateway-client';
import { AskPanel } from './AskPanel';
import { LiveVideo } from './LiveVideo';
import { Picture } from './Picture';
import { PtzPad } from './PtzPad';
import { Button, Title } from './ui';

interface CameraScreenProps {
  client: GatewayClient;
  camera: Camera;
  onBack: () => void;
}

export function CameraScreen({ client, camera, onBack }: CameraScreenProps) {
  const [hasSound, setHasSound] = useState(false);
  return (
    <>
      <View style={styles.row}>
        <Button label="Back" onPress={onBack} />
        <Title>{camera.name}</Title>
      </View>
      {hasSound ? (
        <LiveVideo client={client} cameraId={camera.id} />
      ) : (
        <Picture client={client} cameraId={camera.id} fps={10} width={640} />
      )}
      <View style={styles.row}>
        <Button label="Pictures" isChosen={!hasSound} onPress={() => setHasSound(false)} />
        <Button label="Video and sound" isChosen={hasSound} onPress={() => setHasSound(true)} />
      </View>
      {camera.ptz !== null && <PtzPad client={client} cameraId={camera.id} />}
      <AskPanel client={client} cameraId={camera.id} />
    </>
  );
}

const styles = StyleSheet.create({ row: { flexDirection: 'row', alignItems: 'center', gap: 8 } });

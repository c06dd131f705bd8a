/** All cameras, each with a slow small picture. */
import { Pressable, StyleSheet } from 'react-native';
import type { Camera, GatewayClient } from 'visual-reasoning-gateway-client';
import { useCameras } from './gateway';
import { Picture } from './Picture';
import { Words } from './ui';

interface CameraListProps {
  client: GatewayClient;
  onOpen: (camera: Camera) => void;
}

export function CameraList({ client, onOpen }: CameraListProps) {
  const { cameras, fault } = useCameras(client);
  return (
    <>
      {fault !== undefined && <Words isBad>{fault.hint ?? fault.message}</Words>}
      {cameras === undefined && fault === undefined && <Words>Loading …</Words>}
      {cameras?.length === 0 && <Words>The gateway has no cameras yet.</Words>}
      {cameras?.map((camera) => (
        <Pressable
          key={camera.id}
          role="button"
          aria-label={`Open ${camera.name}`}
          style={styles.card}
          onPress={() => onOpen(camera)}
        >
          <Picture client={client} cameraId={camera.id} fps={1} width={320} />
          <Words>{camera.location === '' ? camera.name : `${camera.name}, ${camera.location}`}</Words>
        </Pressable>
      ))}
    </>
  );
}

const styles = StyleSheet.create({ card: { gap: 6 } });

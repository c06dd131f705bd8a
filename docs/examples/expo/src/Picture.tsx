/** The moving picture of a camera, with its state over it. */
import { Image, StyleSheet, View } from 'react-native';
import type { GatewayClient } from 'visual-reasoning-gateway-client';
import { useCameraFrame } from './gateway';
import { Words } from './ui';

interface PictureProps {
  client: GatewayClient;
  cameraId: string;
  fps: number;
  width: number;
}

export function Picture({ client, cameraId, fps, width }: PictureProps) {
  const { layers, state } = useCameraFrame(client, cameraId, { fps, width });
  return (
    <View style={styles.picture}>
      {layers.map(({ key, source, isFront, onLoad, onError }) => (
        <Image
          key={key}
          source={source}
          style={[StyleSheet.absoluteFill, { opacity: isFront ? 1 : 0 }]}
          resizeMode="contain"
          fadeDuration={0}
          onLoad={onLoad}
          onError={onError}
        />
      ))}
      {state.kind !== 'live' && (
        <Words style={styles.state}>{state.fault?.hint ?? state.fault?.message ?? state.kind}</Words>
      )}
    </View>
  );
}

const styles = StyleSheet.create({
  picture: {
    width: '100%',
    aspectRatio: 16 / 9,
    backgroundColor: 'black',
    borderRadius: 8,
    overflow: 'hidden',
  },
  state: { position: 'absolute', left: 8, bottom: 8, right: 8, color: 'white' },
});

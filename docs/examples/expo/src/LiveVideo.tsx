/** Video with sound, by low-latency HLS. */
import { useEvent } from 'expo';
import { useVideoPlayer, VideoView } from 'expo-video';
import { useEffect } from 'react';
import { StyleSheet } from 'react-native';
import type { GatewayClient } from 'visual-reasoning-gateway-client';
import { Words } from './ui';

export function LiveVideo({ client, cameraId }: { client: GatewayClient; cameraId: string }) {
  const player = useVideoPlayer(null);
  const { error } = useEvent(player, 'statusChange', { status: player.status });

  useEffect(() => {
    const start = async () => {
      await player.replaceAsync(await client.hlsSource(cameraId));
      player.play();
    };
    start().catch(console.warn);
  }, [client, cameraId, player]);

  return (
    <>
      <VideoView player={player} style={styles.video} />
      {error !== undefined && <Words isBad>{error.message}</Words>}
    </>
  );
}

const styles = StyleSheet.create({ video: { width: '100%', aspectRatio: 16 / 9, backgroundColor: 'black' } });

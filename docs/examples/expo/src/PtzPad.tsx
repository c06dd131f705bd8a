/** Moves a camera while a button is pressed. */
import { StyleSheet, View } from 'react-native';
import type { GatewayClient, PtzVelocity } from 'visual-reasoning-gateway-client';
import { usePtz } from './gateway';
import { Button, Words } from './ui';

const MOVES: { label: string; sign: string; velocity: PtzVelocity }[] = [
  { label: 'Left', sign: '←', velocity: { pan: -0.5 } },
  { label: 'Right', sign: '→', velocity: { pan: 0.5 } },
  { label: 'Up', sign: '↑', velocity: { tilt: 0.5 } },
  { label: 'Down', sign: '↓', velocity: { tilt: -0.5 } },
  { label: 'Closer', sign: '+', velocity: { zoom: 0.5 } },
  { label: 'Wider', sign: '−', velocity: { zoom: -0.5 } },
];

export function PtzPad({ client, cameraId }: { client: GatewayClient; cameraId: string }) {
  const { press, release, home, presets, goToPreset, fault } = usePtz(client, cameraId);
  return (
    <>
      <View style={styles.row}>
        {MOVES.map(({ label, sign, velocity }) => (
          <Button
            key={label}
            label={label}
            sign={sign}
            onPressIn={() => press(velocity)}
            onPressOut={release}
          />
        ))}
        <Button label="Home" onPress={home} />
      </View>
      <View style={styles.row}>
        {presets.map(({ id, name }) => (
          <Button key={id} label={name} onPress={() => goToPreset(id)} />
        ))}
      </View>
      {fault !== undefined && <Words isBad>{fault.hint ?? fault.message}</Words>}
    </>
  );
}

const styles = StyleSheet.create({ row: { flexDirection: 'row', flexWrap: 'wrap', gap: 8 } });

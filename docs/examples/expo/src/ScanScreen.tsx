/** Reads the QR code that the gateway shows under Settings, App and tokens. */
import { CameraView, useCameraPermissions } from 'expo-camera';
import { useRef } from 'react';
import { StyleSheet } from 'react-native';
import { Button, Words } from './ui';

export function ScanScreen({ onScan, onCancel }: { onScan: (text: string) => void; onCancel: () => void }) {
  const [permission, ask] = useCameraPermissions();
  // The camera goes on reading after the first code.
  const isDone = useRef(false);
  const take = ({ data }: { data: string }) => {
    if (isDone.current) return;
    isDone.current = true;
    onScan(data);
  };

  if (permission === null) return <Words>Asking for the camera …</Words>;
  if (!permission.granted)
    return (
      <>
        <Words>The camera reads the QR code of your gateway. Nothing is recorded.</Words>
        {permission.canAskAgain ? (
          <Button label="Allow the camera" onPress={() => void ask()} />
        ) : (
          <Words isBad>
            The camera is switched off for this app: allow it in the settings of the device.
          </Words>
        )}
        <Button label="Back" onPress={onCancel} />
      </>
    );
  return (
    <>
      <CameraView
        style={styles.camera}
        barcodeScannerSettings={{ barcodeTypes: ['qr'] }}
        onBarcodeScanned={take}
      />
      <Button label="Back" onPress={onCancel} />
    </>
  );
}

const styles = StyleSheet.create({
  camera: { width: '100%', aspectRatio: 1, borderRadius: 8, overflow: 'hidden' },
});

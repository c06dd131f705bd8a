import { hasModules, hlsUrl, mjpegUrl, type Peer, python } from './peer.ts';

export const opencv: Peer = {
  name: 'OpenCV',
  install: 'pip install opencv-python-headless',
  isInstalled: () => hasModules('cv2'),
  checks: {
    'VideoCapture of HLS': async (stage) => python('opencv-capture.py', await hlsUrl(stage)),
    'VideoCapture of MJPEG': (stage) => python('opencv-capture.py', mjpegUrl(stage)),
  },
};

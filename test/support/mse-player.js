/**
 * The smallest player of `/ws/mse/:cameraId` that a page can have: it plays,
 * stays near the live edge and reconnects. For the page of a test.
 */
globalThis.playMse = (cameraId) => {
  const video = document.querySelector('video');
  const address = `${location.origin.replace('http', 'ws')}/ws/mse/${cameraId}`;
  const connect = () => {
    const source = new MediaSource();
    const queue = [];
    let buffer;
    const append = () => {
      if (buffer === undefined || buffer.updating || queue.length === 0) return;
      buffer.appendBuffer(queue.shift());
    };
    const appended = () => {
      const { buffered } = video;
      const end = buffered.length === 0 ? 0 : buffered.end(buffered.length - 1);
      if (end - video.currentTime > 1) video.currentTime = end - 0.1;
      append();
    };
    source.addEventListener('sourceopen', () => {
      const socket = new WebSocket(address);
      socket.binaryType = 'arraybuffer';
      socket.onmessage = ({ data }) => {
        if (typeof data !== 'string') {
          queue.push(data);
          append();
          return;
        }
        const { type, codec } = JSON.parse(data);
        if (type !== 'init' || buffer !== undefined) return;
        buffer = source.addSourceBuffer(codec);
        buffer.onupdateend = appended;
      };
      socket.onclose = () => setTimeout(connect, 250);
    });
    video.src = URL.createObjectURL(source);
    video.play().catch(() => {});
  };
  connect();
};

/** Plays low-latency HLS with hls.js, which the page has loaded. */
globalThis.playHls = (url) => {
  const player = new globalThis.Hls();
  player.loadSource(url);
  player.attachMedia(document.querySelector('video'));
  globalThis.hlsPlayer = player;
};

/** What the video shows now. */
globalThis.shownVideo = () => {
  const video = document.querySelector('video');
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  if (video.videoWidth > 0) {
    context.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 2, 2, 0, 0, 1, 1);
  }
  return {
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    width: video.videoWidth,
    level: context.getImageData(0, 0, 1, 1).data[0],
    latency: globalThis.hlsPlayer?.latency,
    soundBytes: video.webkitAudioDecodedByteCount,
  };
};

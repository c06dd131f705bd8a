import { expect } from 'chai';
import { probeVideo } from '../../../../support/probe-video.ts';
import { CLIP_FPS } from '../../../../support/test-clip.ts';
import { waitFor } from '../../../../support/wait-for.ts';
import { RecordedCamera } from './material.ts';

const ALWAYS = { cameraId: 'yard', isContinuous: true, ringSeconds: 0 };
const IN_MEMORY = { cameraId: 'yard', isContinuous: false, ringSeconds: 20 };
const startOf = (segment: { startedAt: number } | undefined): string =>
  new Date(segment?.startedAt ?? 0).toISOString().slice(11, 19);

describe('CameraRecorder', () => {
  let yard: RecordedCamera;

  beforeEach(() => {
    yard = new RecordedCamera();
  });
  afterEach(() => yard.recorder.close());

  it('writes segments that begin with a keyframe, follow one another and play on their own', async () => {
    yard.recorder.apply(ALWAYS);
    yard.camera.begin();
    await yard.camera.play(25);
    await yard.recorder.close();
    expect(yard.segments.map(({ begins }) => begins)).to.deep.equal(['restarted', 'continues', 'continues']);
    expect(yard.segments.map(startOf)).to.deep.equal(['10:00:00', '10:00:10', '10:00:20']);
    for (const [index, { bytes, mode, name }] of yard.files.entries()) {
      const segment = yard.segments[index];
      expect(name).to.equal(segment?.file);
      expect(mode).to.equal(0o600);
      expect(bytes.length).to.equal(segment?.bytes);
      const video = await probeVideo(bytes);
      expect(video.complaints).to.equal('');
      expect(video.packets.length).to.equal(index < 2 ? 10 * CLIP_FPS : 5 * CLIP_FPS);
      expect(video.packets[0]).to.include({ decodedAt: 0, keyframe: true });
    }
  });

  it('tells how many bytes each group of pictures has, so that players can be sent to it', async () => {
    yard.recorder.apply(ALWAYS);
    yard.camera.begin();
    await yard.camera.play(5);
    await yard.recorder.close();
    const [segment] = yard.segments;
    expect(segment?.parts.map(([, ms]) => ms)).to.deep.equal([1000, 1000, 1000, 1000, 1000]);
    const partBytes = segment?.parts.reduce((sum, [bytes]) => sum + bytes, 0) ?? 0;
    const init = yard.files[0]?.bytes.subarray(0, (segment?.bytes ?? 0) - partBytes);
    expect(init?.toString('latin1', 4, 8)).to.equal('ftyp');
    expect(
      yard.files[0]?.bytes.toString('latin1', (init?.length ?? 0) + 4, (init?.length ?? 0) + 8),
    ).to.equal('prft');
  });

  it('carries sound as it comes', async () => {
    yard.recorder.apply(ALWAYS);
    yard.camera.begin({ hasSound: true });
    await yard.camera.play(12);
    await yard.recorder.close();
    expect(yard.segments[0]?.codecs).to.match(/^avc1\.\w+,mp4a\.40\.2$/);
    const video = await probeVideo(yard.files[1]?.bytes as Buffer);
    expect(video.sound).to.include({ codec: 'aac', sampleRate: 16_000 });
    expect(video.sound?.packets[0]?.decodedAt).to.be.within(0, 0.5);
  });

  it('keeps the newest seconds in memory and writes them when they are wanted, with what follows', async () => {
    yard.recorder.apply(IN_MEMORY);
    yard.camera.begin();
    await yard.camera.play(40);
    expect(yard.segments).to.deep.equal([]);
    const event = yard.camera.wall;
    yard.recorder.store({ from: event - 9900, until: event + 4900 });
    await yard.camera.play(10);
    await waitFor(() => yard.segments.length === 2, { message: 'the end of what was wanted' });
    expect(yard.segments.map(startOf)).to.deep.equal(['10:00:30', '10:00:40']);
    expect(yard.segments.map(({ begins }) => begins)).to.deep.equal(['restarted', 'continues']);
    expect(yard.segments[1]?.endedAt).to.be.closeTo(event + 5000, 1);
  });

  it('writes nothing twice when two orders overlap, and describes the pause between two that do not', async () => {
    yard.recorder.apply(IN_MEMORY);
    yard.camera.begin();
    await yard.camera.play(20);
    yard.recorder.store({ from: yard.camera.wall - 4900, until: yard.camera.wall + 1900 });
    await yard.camera.play(4);
    yard.recorder.store({ from: yard.camera.wall - 9900, until: yard.camera.wall + 1900 });
    await yard.camera.play(30);
    yard.recorder.store({ from: yard.camera.wall - 4900, until: yard.camera.wall });
    await yard.camera.play(1);
    await yard.recorder.close();
    expect(yard.segments.map((segment) => `${startOf(segment)} ${segment.begins}`)).to.deep.equal([
      '10:00:15 restarted',
      '10:00:22 continues',
      '10:00:49 off',
    ]);
  });

  it('bounds what is in memory by bytes: over all cameras the oldest goes first', async () => {
    const small = new RecordedCamera({ ringBytes: 20_000 });
    small.recorder.apply(IN_MEMORY);
    small.camera.begin();
    await small.camera.play(20);
    expect(small.budget.bytes).to.be.within(1, 20_000);
    await small.recorder.close();
    expect(small.budget.bytes).to.equal(0);
  });

  for (const [what, happen, begins] of [
    ['a reconnect', (camera) => camera.begin(), 'reconnected'],
    ['a pause of the camera', () => {}, 'interrupted'],
    ['a clock that was set', (camera) => camera.setClock(-3600), 'clock-changed'],
  ] as [string, (camera: RecordedCamera['camera']) => void, string][]) {
    it(`begins a new segment with its true time after ${what}`, async () => {
      yard.recorder.apply(ALWAYS);
      yard.camera.begin();
      await yard.camera.play(5);
      yard.camera.wait(3);
      happen(yard.camera);
      const resumedAt = yard.camera.wall;
      await yard.camera.play(5);
      await yard.recorder.close();
      const [before] = yard.segments.filter((segment) => segment.begins === 'restarted');
      const [after] = yard.segments.filter((segment) => segment.begins === begins);
      expect(after?.startedAt).to.be.within(resumedAt - 1, resumedAt + 1000);
      expect((before?.endedAt ?? 0) - (before?.startedAt ?? 0)).to.equal(5000);
    });
  }

  it('pauses while the disk is full, says so, and goes on with a described gap', async () => {
    yard.recorder.apply(ALWAYS);
    yard.camera.begin();
    await yard.camera.play(5);
    await waitFor(() => yard.states.includes('recording'), { message: 'the first segment' });
    yard.freeBytes = 0;
    await yard.camera.play(7);
    await waitFor(() => yard.states.includes('paused storage-full'), { message: 'the pause' });
    yard.freeBytes = 1e9;
    await yard.camera.play(2);
    expect(yard.states.at(-1)).to.equal('paused storage-full');
    await yard.camera.play(10);
    await waitFor(() => yard.states.at(-1) === 'recording', { message: 'the end of the pause' });
    await yard.recorder.close();
    expect(yard.segments.map(({ begins }) => begins)).to.deep.equal(['restarted', 'storage-full']);
    for (const { bytes } of yard.files) expect((await probeVideo(bytes)).complaints).to.equal('');
  });

  it('leaves no file behind that holds no picture', async () => {
    yard.recorder.apply(ALWAYS);
    yard.freeBytes = 0;
    yard.camera.begin();
    await yard.camera.play(2);
    await yard.recorder.close();
    expect(yard.files).to.deep.equal([]);
  });

  it('is no viewer of the camera, and ends with it', async () => {
    yard.recorder.apply(ALWAYS);
    yard.camera.begin();
    await yard.camera.play(2);
    expect(yard.camera.hub.viewers).to.equal(0);
    await waitFor(() => yard.states.includes('recording'), { message: 'the first segment' });
    yard.camera.remove();
    await waitFor(() => yard.segments.length === 1, { message: 'the closed segment' });
    expect(yard.states.at(-1)).to.equal('waiting');
  });

  it('says that MP4 cannot carry MJPEG', () => {
    const origin = { track: { codec: 'mjpeg', parameterSets: Buffer.alloc(0), announcedFps: 5 } } as never;
    yard.camera.hub.attach({ ...(origin as object), gop: { packets: [] } } as never);
    expect(yard.states).to.deep.equal(['unsupported mse-unsupported-codec']);
  });
});

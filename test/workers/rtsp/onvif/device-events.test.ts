import { lookup } from 'node:dns';
import { expect } from 'chai';
import type { DeviceEvent } from '#shared/device-events.ts';
import { eventsIn, followEvents } from '../../../../workers/rtsp/onvif/device-events.ts';
import { OnvifDevice } from '../../../../workers/rtsp/onvif/onvif-device.ts';
import { CameraHttp } from '../../../../workers/rtsp/source/camera-http.ts';
import { startOnvifCamera } from '../../../doubles/onvif-camera.ts';
import { rejection } from '../../../support/errors.ts';
import { waitFor } from '../../../support/wait-for.ts';

const LOGIN = { username: 'admin', password: 'secret' };
const PROFILE = { token: 'P0', encoding: 'H264', width: 640, height: 360, uri: 'rtsp://10.0.0.1/1' };

describe('What a camera itself finds', () => {
  let camera: Awaited<ReturnType<typeof startOnvifCamera>>;
  let leaving: AbortController;
  let events: DeviceEvent[];
  let ended: Promise<unknown>;

  beforeEach(async () => {
    camera = await startOnvifCamera({ login: LOGIN, profiles: [PROFILE], clockOffsetMs: -7_200_000 });
    leaving = new AbortController();
    events = [];
    const http = new CameraHttp({
      host: '127.0.0.1',
      port: camera.port,
      ...LOGIN,
      lookup,
      timeoutMs: 75_000,
    });
    const handlers = { onSubscribed: () => {}, onEvent: (event: DeviceEvent) => void events.push(event) };
    ended = rejection(followEvents(new OnvifDevice({ http, ...LOGIN }), handlers, leaving.signal));
    await waitFor(() => camera.state.subscriptions === 1);
  });
  afterEach(async () => {
    leaving.abort();
    await ended;
    camera.close();
  });

  const seen = () => events.map(({ kind, state }) => `${kind} ${state}`);

  it('is told as it comes, in the topics of several makes', async () => {
    camera.notify('tns1:RuleEngine/CellMotionDetector/Motion', { IsMotion: true });
    camera.notify('tns1:RuleEngine/CellMotionDetector/Motion', { IsMotion: false });
    await waitFor(() => events.length === 2);
    camera.notify('tns1:VideoSource/MotionAlarm', { State: true });
    camera.notify('tns1:RuleEngine/TamperDetector/Tamper', { IsTamper: true });
    camera.notify('tns1:RuleEngine/LineDetector/Crossed');
    camera.notify('tns1:RuleEngine/MyRuleDetector/PeopleDetect', { State: true });
    camera.notify('tns1:Device/Trigger/Relay', { State: true });
    await waitFor(() => events.length === 6);
    expect(seen()).to.deep.equal([
      ...['motion start', 'motion end', 'motion start', 'tampering start', 'crossing moment', 'person start'],
    ]);
    expect(events[0]?.rule).to.equal('RuleEngine/CellMotionDetector/Motion V1');
  });

  it('is no event where it was over before, but where it goes on', async () => {
    camera.notify('tns1:RuleEngine/LineDetector/Crossed', {}, 'Initialized');
    camera.notify('tns1:VideoSource/MotionAlarm', { State: true }, 'Initialized');
    await waitFor(() => events.length === 1);
    expect(seen()).to.deep.equal(['motion start']);
  });

  it('ends with the client, and the camera hears it', async () => {
    leaving.abort();
    await ended;
    await waitFor(() => camera.state.subscriptions === 0);
    expect(camera.state.calls.at(-1)).to.equal('Unsubscribe');
  });

  it('ends with an error when the camera forgets the subscription', async () => {
    camera.forget();
    expect(await ended).to.include({ code: 'control-refused' });
  });

  it('survives what no specification allows', () => {
    for (const odd of [undefined, null, 7, 'x', [], { notificationMessage: [null, 7, { topic: {} }] }])
      expect(eventsIn(odd)).to.deep.equal([]);
    const message = {
      topic: 'tns1:VideoSource/MotionAlarm',
      message: { message: { data: { simpleItem: [7] } } },
    };
    expect(eventsIn({ notificationMessage: message })).to.have.lengthOf(1);
  });
});

import { expect } from 'chai';
import { Redactor } from '#shared/redact.ts';
import { CameraDirectory, type KnownCamera } from '../../../gateway/cameras/camera-directory.ts';
import { managedCameras } from '../../../gateway/devices/known-cameras.ts';

describe('What MediaMTX servers get of the cameras of agents', () => {
  const directory = new CameraDirectory(10, new Redactor());
  for (const [id, agent] of [
    ['near', undefined],
    ['far', 'home'],
  ] as const)
    directory.setRegistered({
      ...{ id, agent, name: id, location: '', origin: 'registry', enabled: true, isFromFile: false },
      source: {
        kind: 'rtsp',
        secure: false,
        host: '192.168.1.2',
        port: 554,
        path: '/1',
        username: '',
        password: '',
      },
      analysis: { motion: false, persons: false, faces: false },
    } as KnownCamera);
  const ids = async (gateway?: { url: string; key: string }) =>
    (await managedCameras(directory, gateway).list()).map(({ id }) => id);

  it('is no address: that means something on the network of the agent only', async () => {
    expect(await ids()).to.deep.equal(['near']);
  });

  it('is the address of the gateway where servers get cameras from there', async () => {
    expect(await ids({ url: 'https://gateway.example', key: 'any' })).to.deep.equal(['far', 'near']);
  });
});

import { expect } from 'chai';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { sourceId } from '#shared/source-id.ts';
import { cameraSource } from '../support/camera-source.ts';

describe('sourceId', () => {
  it('is the same for the same source', () => {
    expect(sourceId(cameraSource())).to.equal(sourceId({ ...cameraSource() }));
  });

  const changes: Partial<RtspSource>[] = [
    { secure: true },
    { host: '192.0.2.2' },
    { port: 555 },
    { path: '/2' },
    { username: 'other' },
    { password: 'other' },
    { transport: 'udp' },
  ];
  for (const change of changes) {
    it(`is another one for another ${Object.keys(change)[0]}`, () => {
      expect(sourceId(cameraSource(554, change))).to.not.equal(sourceId(cameraSource()));
    });
  }

  it('is not fooled by fields that only read the same when joined', () => {
    expect(sourceId(cameraSource(554, { username: 'ab', password: 'c' }))).to.not.equal(
      sourceId(cameraSource(554, { username: 'a', password: 'bc' })),
    );
  });

  it('reveals nothing of the source', () => {
    expect(sourceId(cameraSource())).to.match(/^[\w-]{43}$/);
  });
});

import { expect } from 'chai';
import {
  decodeLinkFrame,
  encodeLinkHeader,
  LINK_HEADER_BYTES,
  linkMessageSchema,
} from '#shared/frames/link.ts';

describe('The link between gateway and worker', () => {
  for (const binary of [true, false]) {
    it(`carries a ${binary ? 'binary' : 'text'} frame of a subscription without copying it`, () => {
      const message = Buffer.concat([encodeLinkHeader(4_000_000_000, binary), Buffer.from('frame')]);
      const frame = decodeLinkFrame(message);
      expect(frame?.id).to.equal(4_000_000_000);
      expect(frame?.payload.binary).to.equal(binary);
      expect(frame?.payload.data.toString()).to.equal('frame');
      expect(frame?.payload.data.buffer).to.equal(message.buffer);
    });
  }

  it('makes nothing of a message too short to be a frame', () => {
    expect(decodeLinkFrame(Buffer.alloc(LINK_HEADER_BYTES - 1))).to.equal(undefined);
    expect(decodeLinkFrame(Buffer.alloc(LINK_HEADER_BYTES))?.payload.data.length).to.equal(0);
  });

  it('takes orders to open and to close, and no other', () => {
    const request = { cameraId: '1', fps: 15, quality: 80, encoding: 'base64' };
    expect(linkMessageSchema.parse({ op: 'open', id: 1, request })).to.deep.equal({
      op: 'open',
      id: 1,
      request,
    });
    expect(linkMessageSchema.parse({ op: 'close', id: 1 })).to.deep.equal({ op: 'close', id: 1 });
    for (const bad of [{ op: 'open', id: 1 }, { op: 'open', id: 0, request }, { op: 'stop', id: 1 }, null]) {
      expect(linkMessageSchema.safeParse(bad).success).to.equal(false);
    }
  });
});

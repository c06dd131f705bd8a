import { expect } from 'chai';
import fc from 'fast-check';
import { generate, type Packet, parser } from 'mqtt-packet';
import {
  type BrokerPacket,
  connectPacket,
  DISCONNECT,
  PacketReader,
  PINGREQ,
  pubackPacket,
  publishPacket,
  subscribePacket,
} from '../../../gateway/mqtt/packets.ts';

/** What the parser of MQTT.js reads from it. */
function parsed(bytes: Buffer): Packet {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion: 4 });
  reader.on('packet', (packet) => packets.push(packet));
  reader.on('error', (error) => {
    throw error;
  });
  reader.parse(bytes);
  expect(packets).to.have.length(1);
  return packets[0] as Packet;
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const id = fc.integer({ min: 1, max: 0xffff });
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(127, 128, 16_383, 16_384, 70_000).map((length) => new Uint8Array(length)),
);

describe('Packets of MQTT', () => {
  it('open a clean session with a will, with and without a user', () => {
    const will = { topic: 'gw/status', payload: 'offline' };
    for (const [username, password] of [
      ['käthe', 'p@ss'],
      ['käthe', undefined],
      [undefined, undefined],
    ]) {
      const packet = parsed(
        connectPacket({ clientId: 'gateway-1', username, password, keepAliveS: 30, will }),
      );
      expect(packet).to.include({ cmd: 'connect', clientId: 'gateway-1', keepalive: 30, clean: true });
      expect(packet).to.include({ protocolId: 'MQTT', protocolVersion: 4 });
      const { will: seen, username: user, password: secret } = packet as never as Record<string, never>;
      expect(seen).to.deep.include({ ...will, payload: Buffer.from('offline'), qos: 1, retain: true });
      expect([user, (secret as Buffer | undefined)?.toString()]).to.deep.equal([username, password]);
    }
  });

  it('publish text and bytes of every length', () => {
    fc.assert(
      fc.property(text, payload, fc.boolean(), fc.constantFrom(0, 1), id, (topic, bytes, retain, qos, id) => {
        const publication = { topic, payload: Buffer.from(bytes), retain, qos: qos as 0 | 1 };
        const packet = parsed(publishPacket(publication, id));
        expect(packet).to.deep.include({ cmd: 'publish', ...publication });
        if (qos === 1) expect(packet.messageId).to.equal(id);
      }),
    );
    expect(parsed(publishPacket({ topic: 'a', payload: 'ü' }, 0))).to.deep.include({
      payload: Buffer.from('ü'),
    });
  });

  it('subscribe, acknowledge, ask and say farewell', () => {
    expect(parsed(subscribePacket(['a/#', 'b'], 7))).to.deep.include({
      cmd: 'subscribe',
      messageId: 7,
      subscriptions: [
        { topic: 'a/#', qos: 1 },
        { topic: 'b', qos: 1 },
      ],
    });
    expect(parsed(pubackPacket(300))).to.include({ cmd: 'puback', messageId: 300 });
    expect([parsed(PINGREQ).cmd, parsed(DISCONNECT).cmd]).to.deep.equal(['pingreq', 'disconnect']);
  });

  it('are read whole however the network cuts them', () => {
    const publish = fc
      .tuple(text, payload, fc.constantFrom(0, 1), fc.boolean(), id)
      .map(([topic, bytes, qos, isRetained, id]): BrokerPacket => {
        return { type: 'publish', topic, payload: Buffer.from(bytes), qos, isRetained, id: qos && id };
      });
    const packet = fc.oneof(
      publish,
      id.map((id): BrokerPacket => ({ type: 'puback', id })),
      id.map((id): BrokerPacket => ({ type: 'suback', id, codes: [1, 128] })),
      fc.constant<BrokerPacket>({ type: 'pingresp' }),
      fc.constant<BrokerPacket>({ type: 'connack', code: 5 }),
    );
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 5 }), fc.integer({ min: 1, max: 500 }), (packets, step) => {
        const bytes = Buffer.concat(packets.map((one) => generate(asSent(one))));
        const reader = new PacketReader();
        const read: BrokerPacket[] = [];
        for (let at = 0; at < bytes.length; at += step)
          read.push(...reader.read(bytes.subarray(at, at + step)));
        expect(read).to.deep.equal(packets);
      }),
    );
  });

  for (const [what, bytes] of [
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a size without end', Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff)],
    ['a packet that is too short', Buffer.of(0x40, 1, 0)],
    ['more than fits in memory', Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f)],
  ] as const)
    it(`are not ${what}`, () => {
      expect(() => new PacketReader().read(bytes)).to.throw(/MQTT/);
    });
});

/** In the words of MQTT.js. */
function asSent(packet: BrokerPacket): Packet {
  switch (packet.type) {
    case 'publish': {
      const { type: cmd, topic, payload, qos, isRetained: retain, id } = packet;
      return {
        cmd,
        topic,
        payload,
        qos: qos as 0 | 1,
        retain,
        dup: false,
        ...(qos > 0 ? { messageId: id } : {}),
      };
    }
    case 'connack':
      return { cmd: 'connack', returnCode: packet.code, sessionPresent: false };
    case 'suback':
      return { cmd: 'suback', messageId: packet.id, granted: [...packet.codes] };
    case 'puback':
      return { cmd: 'puback', messageId: packet.id };
    case 'pingresp':
      return { cmd: 'pingresp' };
  }
}

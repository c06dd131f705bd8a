import { expect } from 'chai';
import { type DeviceRecord, DeviceRepository } from '../../../gateway/devices/device-repository.ts';
import { onEveryEngine } from '../../support/stores.ts';

const NOW = 1_787_400_000_000;

describe('The device repository', () => {
  onEveryEngine((open) => {
    let repository: DeviceRepository;

    beforeEach(async () => {
      repository = new DeviceRepository(await open());
    });

    const write = (records: DeviceRecord[], now = NOW) =>
      repository.reconcile(records[0]?.source ?? 'mediamtx', now, () => records);
    const keys = async (filter = {}) => (await repository.list(filter)).map(({ device_key }) => device_key);

    it('stores devices and returns them unchanged, in order of their keys', async () => {
      const strange = record('m:ü "quoted" \'; drop table devices; --', {
        device_metadata: '{"a":"\\u0000é"}',
      });
      await write([strange, record('m:a')]);
      const rows = await repository.list();
      expect(rows).to.deep.equal([
        { ...record('m:a'), created_at: NOW, updated_at: NOW },
        { ...strange, created_at: NOW, updated_at: NOW },
      ]);
    });

    it('changes a device that is there and remembers when it was first seen', async () => {
      await write([record('m:a')]);
      await write([record('m:a', { last_seen: NOW + 5, device_metadata: '{"ready":true}' })], NOW + 5);
      const [row, ...more] = await repository.list();
      expect(more).to.deep.equal([]);
      expect(row).to.include({ created_at: NOW, updated_at: NOW + 5, last_seen: NOW + 5 });
      expect(row?.device_metadata).to.equal('{"ready":true}');
    });

    it('stores and changes thousands in one call', async () => {
      const many = Array.from({ length: 5000 }, (_, index) => record(`m:${index}`));
      await write(many);
      await write(many.map((device) => ({ ...device, is_active: 0 })));
      expect(await repository.list({ activeOnly: true })).to.deep.equal([]);
      expect(await repository.list()).to.have.length(5000);
    });

    it('shows a source its own rows only', async () => {
      await write([record('m:a')]);
      await write([record('gateway:1', { source: 'gateway' })]);
      let known: string[] = [];
      await repository.reconcile('gateway', NOW, (rows) => {
        known = [...rows.keys()];
        return [];
      });
      expect(known).to.deep.equal(['gateway:1']);
    });

    it('stores nothing when deciding fails', async () => {
      const failing = repository.reconcile('m', NOW, () => {
        throw new Error('no');
      });
      expect(await failing.catch((error: Error) => error.message)).to.equal('no');
      expect(await keys()).to.deep.equal([]);
    });

    it('lists by kind and by whether they are there', async () => {
      await write([record('m:a'), record('m:b', { is_active: 0 }), record('m:c', { device_type: 'sensor' })]);
      expect(await keys({ type: 'camera' })).to.deep.equal(['m:a', 'm:b']);
      expect(await keys({ activeOnly: true })).to.deep.equal(['m:a', 'm:c']);
      expect(await keys({ type: 'camera', activeOnly: true })).to.deep.equal(['m:a']);
      expect(await keys({ type: 'fridge' })).to.deep.equal([]);
    });

    it('marks devices of every source inactive that were not seen since a time, and returns their keys', async () => {
      const metadata = { ready: true, source_ready: true, online: true, tracks: ['H264'], readers: [{}] };
      await write([
        record('m:old', { last_seen: NOW - 1, device_metadata: JSON.stringify(metadata) }),
        record('m:new', { last_seen: NOW }),
      ]);
      await write([record('gateway:old', { source: 'gateway', last_seen: NOW - 1 })]);
      const inactive = await repository.deactivateUnseen({ before: NOW, now: NOW + 7 });
      expect(inactive).to.have.members(['gateway:old', 'm:old']);
      expect(await keys({ activeOnly: true })).to.deep.equal(['m:new']);
      const old = (await repository.list()).find(({ device_key }) => device_key === 'm:old');
      expect(old).to.include({ is_active: 0, last_seen: NOW - 1, updated_at: NOW + 7 });
      expect(JSON.parse(old?.device_metadata ?? '')).to.deep.equal({
        ready: false,
        source_ready: false,
        online: false,
        tracks: ['H264'],
        readers: [],
        reader_count: 0,
        state: 'unseen',
      });
      expect(await repository.deactivateUnseen({ before: NOW, now: NOW + 8 })).to.deep.equal([]);
    });

    it('lets writers of the same devices follow one another', async () => {
      const batch = (active: number) =>
        Array.from({ length: 50 }, (_, index) =>
          record(`m:${(index * 7 + active) % 50}`, { is_active: active }),
        );
      await Promise.all(Array.from({ length: 8 }, (_, round) => write(batch(round % 2))));
      expect(await keys()).to.have.length(50);
    });
  });
});

function record(key: string, more: Partial<DeviceRecord> = {}): DeviceRecord {
  return {
    device_key: key,
    device_type: 'camera',
    source: 'mediamtx',
    last_seen: NOW,
    is_active: 1,
    device_metadata: '{}',
    ...more,
  };
}

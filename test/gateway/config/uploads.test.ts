import { expect } from 'chai';
import { loadUploads } from '../../../gateway/config/uploads.ts';
import { SettingsError } from '../../../shared/settings.ts';

const KEYS = { UPLOADS_S3_ACCESS_KEY_ID: 'id', UPLOADS_S3_SECRET_ACCESS_KEY: 'S3cr3tC4nary' };
const BUCKET = { UPLOADS_S3_BUCKET: 'videos', ...KEYS };

describe('Settings of uploads', () => {
  it('keep videos in the data folder while no bucket is named', () => {
    expect(loadUploads({}).bucket).to.equal(undefined);
  });

  for (const [title, env, url] of [
    ['Amazon S3', {}, 'https://videos.s3.us-east-1.amazonaws.com'],
    ['a region', { UPLOADS_S3_REGION: 'eu-central-1' }, 'https://videos.s3.eu-central-1.amazonaws.com'],
    ['another store', { UPLOADS_S3_ENDPOINT: 'http://minio:9000/' }, 'http://minio:9000/videos'],
    [
      'a store that has buckets in host names',
      { UPLOADS_S3_ENDPOINT: 'https://fra1.example.com', UPLOADS_S3_PATH_STYLE: 'off' },
      'https://videos.fra1.example.com',
    ],
  ] as const) {
    it(`address a bucket of ${title}`, () => {
      expect(loadUploads({ ...BUCKET, ...env }).bucket?.url).to.equal(url);
    });
  }

  it('end the prefix with one slash', () => {
    for (const prefix of ['site/a', 'site/a/'])
      expect(loadUploads({ ...BUCKET, UPLOADS_S3_PREFIX: prefix }).bucket?.prefix).to.equal('site/a/');
  });

  it('let copies take what uploads may, unless told otherwise', () => {
    expect(loadUploads({ ...BUCKET, UPLOAD_QUOTA_MB: '7' }).bucket?.cacheBytes).to.equal(7 * 1024 ** 2);
    expect(loadUploads({ ...BUCKET, UPLOADS_CACHE_MB: '3' }).bucket?.cacheBytes).to.equal(3 * 1024 ** 2);
  });

  for (const [name, value] of [
    ['UPLOADS_S3_BUCKET', 'a/b'],
    ['UPLOADS_S3_ENDPOINT', 'minio:9000'],
    ['UPLOADS_S3_PREFIX', '/../x'],
    ['UPLOADS_S3_ACCESS_KEY_ID', ''],
    ['UPLOADS_S3_SECRET_ACCESS_KEY', ''],
  ] as const) {
    it(`refuse ${name}="${value}", naming it`, () => {
      expect(() => loadUploads({ ...BUCKET, [name]: value })).to.throw(SettingsError, name);
    });
  }
});

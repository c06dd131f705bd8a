import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { UploadFolder } from '../../../gateway/camera-streams/upload-folder.ts';
import { receiveForm } from '../../../gateway/camera-streams/upload-form.ts';
import { rejection } from '../../support/errors.ts';
import { portOf, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { Harness } from './harness.ts';

const CRLF = '\r\n';
const FILE_HEAD = 'Content-Disposition: form-data; name="video"; filename="a.mp4"\r\nContent-Type: video/mp4';

/** A part with this header block. */
function part(head: string, body = 'x', boundary = 'b'): string {
  return `--${boundary}${CRLF}${head}${CRLF}${CRLF}${body}${CRLF}`;
}

function field(name: string, value: string): string {
  return part(`Content-Disposition: form-data; name="${name}"`, value);
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { code: string }).code;
}

const FIELDS = field('cameraId', 'yard') + field('streamType', 'video');
const END = `--b--${CRLF}`;

describe('Uploads over the wire', () => {
  let gateway: Harness;

  /** Sends a body as it is. */
  const post = async (body: string, contentType = 'multipart/form-data; boundary=b') => {
    const response = await fetch(`${gateway.origin}/api/camera-streams`, {
      method: 'POST',
      headers: { 'Content-Type': contentType },
      body,
    });
    return { status: response.status, code: await codeOf(response) };
  };

  /** Begins an upload of so many announced bytes on a connection of its own. */
  const begin = async (announced = 900_000): Promise<Socket> => {
    const socket = connect(gateway.port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    const headers = [
      'Host: x',
      'Content-Type: multipart/form-data; boundary=b',
      `Content-Length: ${announced}`,
    ];
    socket.write(
      ['POST /api/camera-streams HTTP/1.1', ...headers, '', FIELDS + part(FILE_HEAD, 'y'.repeat(5000))].join(
        CRLF,
      ),
    );
    return socket;
  };

  const hasIncoming = () => gateway.files().length === 1;

  before(async () => {
    gateway = await Harness.open({ maxUploadBytes: 1_000_000, maxUploads: 2 });
  });

  afterEach(async () => {
    await fetch(`${gateway.origin}/api/camera-streams/yard`, { method: 'DELETE' });
    expect(gateway.files()).to.deep.equal([]);
  });

  after(() => gateway.close());

  it('takes what a careful client sends', async () => {
    expect(await post(FIELDS + part(FILE_HEAD) + END)).to.include({ status: 201 });
  });

  it('F42: keeps nothing of an upload that the client breaks off half-way', async () => {
    const socket = await begin();
    await waitFor(hasIncoming, { message: 'the first bytes on the disk' });
    socket.destroy();
    await waitFor(() => gateway.files().length === 0, { message: 'the file to be gone' });
  });

  it('S14: accepts a limited number of simultaneous uploads, and frees the place of an aborted one', async () => {
    for (let round = 0; round < 3; round += 1) {
      const sockets: Socket[] = [];
      // The places of the round before may be free a moment after their files are gone.
      const areUnderWay = async (): Promise<boolean> => {
        for (let count = gateway.files().length; count < 2; count += 1) sockets.push(await begin());
        return gateway.files().length === 2;
      };
      await waitFor(areUnderWay, { message: 'both to be under way' });
      expect(await post(FIELDS + part(FILE_HEAD) + END)).to.deep.equal({
        status: 429,
        code: 'too-many-requests',
      });
      for (const socket of sockets) socket.destroy();
      await waitFor(() => gateway.files().length === 0, { message: 'the files to be gone' });
    }
    const answer = await waitFor(async () => {
      const given = await post(FIELDS + part(FILE_HEAD) + END);
      return given.status === 429 ? undefined : given;
    });
    expect(answer.status).to.equal(201);
  });

  it('S14: refuses an upload over the limit, announced or not, while the client still sends', async () => {
    expect(await post(FIELDS + part(FILE_HEAD, 'x'.repeat(2_000_000)) + END)).to.deep.equal({
      status: 413,
      code: 'upload-too-large',
    });
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from(FIELDS + part(FILE_HEAD).trimEnd()));
        for (let index = 0; index < 20; index += 1) controller.enqueue(Buffer.alloc(60_000, 120));
        controller.close();
      },
    });
    const response = await fetch(`${gateway.origin}/api/camera-streams`, {
      method: 'POST',
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
      body: chunks,
      duplex: 'half',
    } as RequestInit);
    expect([response.status, await codeOf(response)]).to.deep.equal([413, 'upload-too-large']);
  });

  it('F42, S14: refuses an upload that would eat into the reserve, before it comes', async () => {
    const full = await Harness.open({ reserveBytes: 2 ** 60 });
    const { status, headers, body } = await full.upload(
      { cameraId: 'yard', streamType: 'video' },
      { name: 'a.mp4', bytes: Buffer.alloc(10) },
    );
    expect([status, body.code, headers.get('retry-after')]).to.deep.equal([507, 'storage-full', '60']);
    expect(full.files()).to.deep.equal([]);
    await full.close();
  });

  it('S14, S17: gives up an upload that does not move', async () => {
    const folder = new UploadFolder({ folder: gateway.folder, maxBytes: 1_000_000, reserveBytes: 0 });
    const codes: string[] = [];
    const server = createServer((req, res) => {
      const form = receiveForm(req, { folder, fieldNames: [], slowMs: 100 });
      void rejection(form).then(({ code }) => {
        codes.push(code);
        res.writeHead(408).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect(portOf(server), '127.0.0.1');
    const head = 'Host: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n';
    socket.write(`POST / HTTP/1.1\r\n${head}${part(FILE_HEAD)}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1\.1 408 /);
    expect(codes).to.deep.equal(['upload-too-slow']);
    socket.destroy();
    stop(server);
  });

  for (const [name, body, status] of [
    ['no end', FIELDS + part(FILE_HEAD, 'half').trimEnd(), 400],
    ['an end in the middle of a header', `${FIELDS}--b${CRLF}Content-Dis`, 400],
    [
      'an end in the middle of a field',
      `${FIELDS}--b${CRLF}Content-Disposition: form-data; name="q"${CRLF}${CRLF}ab`,
      400,
    ],
    ['nothing in it', '', 400],
    ['only an end', END, 400],
    ['another boundary', part(FILE_HEAD, 'x', 'other'), 400],
    ['a megabyte without any boundary', 'x'.repeat(1_000_000), 400],
    ['two files', FIELDS + part(FILE_HEAD) + part(FILE_HEAD) + END, 400],
    ['1000 parts', Array.from({ length: 1000 }, (_, index) => field(`f${index}`, 'x')).join('') + END, 400],
    ['1000 files', part(FILE_HEAD).repeat(1000) + END, 400],
    ['a field given twice', FIELDS + field('cameraId', 'other') + part(FILE_HEAD) + END, 400],
    ['a huge field', FIELDS + field('cameraDescription', 'x'.repeat(100_000)) + part(FILE_HEAD) + END, 413],
    ['a huge unknown field', FIELDS + field('unknown', 'x'.repeat(100_000)) + END, 413],
    ['only fields without names', part('Content-Disposition: form-data').repeat(3) + END, 400],
    ['no disposition', part('Content-Type: video/mp4') + END, 400],
    ['a line break in a name', part('Content-Disposition: form-data; name="a\rb"; filename="x"') + END, 400],
    ['a huge header', part(`Content-Disposition: form-data; name="${'x'.repeat(100_000)}"`) + END, 400],
  ] as const) {
    it(`F60: refuses a form with ${name}`, async () => {
      expect((await post(body)).status).to.equal(status);
    });
  }

  for (const [name, extra] of [
    ['an empty name', field('', 'x')],
    [
      'names that mean something to JavaScript',
      ['__proto__', 'constructor', 'toString'].map((key) => field(key, 'x')).join(''),
    ],
    ['deep and huge indexes', field('a[999999999][b][c][d]', 'x') + field('a[__proto__][polluted]', '1')],
    ['a part without a disposition', part('X-Nothing: 1')],
  ] as const) {
    it(`F60: passes over fields with ${name}`, async () => {
      expect((await post(FIELDS + extra + part(FILE_HEAD) + END)).status).to.equal(201);
      expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
    });
  }

  for (const type of [
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="',
  ]) {
    it(`F60: refuses the type ${JSON.stringify(type)}`, async () => {
      expect((await post(FIELDS + part(FILE_HEAD) + END, type)).status).to.equal(400);
    });
  }

  it('F60: survives forms that were cut and stirred at random', async () => {
    const whole = FIELDS + field('', 'x') + part(FILE_HEAD, 'z'.repeat(300)) + END;
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let round = 0; round < 150; round += 1) {
      const from = random(whole.length);
      const to = from + random(60);
      const middle =
        ['', '--b', CRLF, '\u0000', '"', whole.slice(random(whole.length), from)][random(6)] ?? '';
      const { status } = await post(whole.slice(0, from) + middle + whole.slice(to));
      expect([201, 400, 409, 413], `round ${round}`).to.include(status);
    }
    expect((await fetch(`${gateway.origin}/api/camera-streams`)).status).to.equal(200);
  });
});

import { expect } from 'chai';
import { neverAnswer } from '../../doubles/worker-double.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import { WsClient } from '../../support/ws-client.ts';

describe('GET /metrics', () => {
  let gateway: TestGateway;

  beforeEach(async () => {
    gateway = await TestGateway.open();
    for (const [index, worker] of gateway.workers.entries()) {
      worker.answers.set('GET /metrics', (_request, response) =>
        response.end(
          `# HELP x_total Things.\n# TYPE x_total counter\nx_total{worker="rtsp-${index}"} ${index}\n`,
        ),
      );
    }
  });
  afterEach(() => gateway.close());

  const metrics = async () => {
    const response = await fetch(`${gateway.origin}/metrics`);
    expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    return response.text();
  };

  it('shows workers and gateway as one exposition', async () => {
    const text = await metrics();
    expect(text).to.include(
      '# HELP x_total Things.\n# TYPE x_total counter\nx_total{worker="rtsp-0"} 0\nx_total{worker="rtsp-1"} 1\n',
    );
    expect(text.match(/^# TYPE x_total /gm)).to.have.length(1);
    expect(text).to.match(/^gateway_resident_memory_bytes \d{7,}$/m);
  });

  it('counts sockets and what they subscribed to', async () => {
    const client = await WsClient.open(gateway.origin);
    client.send({ action: 'subscribe', cameraId: '1' });
    await waitFor(async () => (await metrics()).includes('\ngateway_upstream_subscriptions 1\n'));
    expect(await metrics()).to.include('\ngateway_client_sockets 1\n');
    client.close();
    await waitFor(async () => (await metrics()).includes('\ngateway_client_sockets 0\n'));
  });

  it('shows what state each worker is in and how often it was started again', async () => {
    await gateway.kill(0);
    const text = await metrics();
    expect(text).to.include('\nworker_ready{worker="rtsp-0"} 0\nworker_ready{worker="rtsp-1"} 1\n');
    expect(text).to.include('\nworker_state{worker="rtsp-0",state="backoff"} 1\n');
    expect(text).to.include('\nworker_restarts_total{worker="rtsp-0"} 1\n');
    expect(text).to.not.include('x_total{worker="rtsp-0"}');
  });

  it('leaves out a worker that does not answer within a second', async () => {
    gateway.workers[0]?.answers.set('GET /metrics', neverAnswer);
    const text = await metrics();
    expect(text).to.include('x_total{worker="rtsp-1"} 1');
    expect(text).to.not.include('x_total{worker="rtsp-0"}');
  });

  it('tell how long clients waited, by route and kind of answer', async () => {
    await fetch(`${gateway.origin}/api/cameras`);
    await fetch(`${gateway.origin}/api/cameras/none`);
    const text = await metrics();
    const count = (labels: string) =>
      Number(
        new RegExp(`^gateway_request_duration_seconds_count\\{${labels}\\} (\\d+)$`, 'm').exec(text)?.[1],
      );
    expect(count('route="listCameras",status="2xx"')).to.be.greaterThan(0);
    expect(count('route="getCamera",status="4xx"')).to.be.greaterThan(0);
    expect(text).to.match(/_bucket\{route="listCameras",status="2xx",le="\+Inf"\} \d+$/m);
  });
});

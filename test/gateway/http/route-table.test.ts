import { expect } from 'chai';
import express from 'express';
import type { Authenticator } from '../../../gateway/auth/authenticator.ts';
import { Gate } from '../../../gateway/auth/gate.ts';
import { type Route, route } from '../../../gateway/http/route.ts';
import { RouteTable } from '../../../gateway/http/route-table.ts';
import { mounted, tableOf } from '../../support/mounted.ts';
import { serve } from '../../support/serve.ts';
import { TestGateway } from '../../support/test-gateway.ts';

/** A route that answers with its id. */
function named(id: string, path: string, more: Partial<Route> = {}): Route {
  return {
    ...route({ id, method: 'get', path, summary: '', handle: (_req, res) => res.end(id) }),
    ...more,
  };
}

describe('RouteTable', () => {
  const routes = [
    named('camera', '/api/cameras/:cameraId', { access: 'viewer' }),
    named('export', '/api/cameras/export'),
    named('file', '/dashboard/*pageFile', { access: 'viewer' }),
    named('any', '/whep/:cameraId', { method: 'all', access: 'viewer' }),
    named('start', '/whep/:cameraId', { method: 'post', access: 'viewer' }),
  ];
  const table = tableOf(routes);
  const idOf = (method: string, path: string) => table.find(method, path)?.route.id;

  it('finds a word before a parameter, in every spelling that Express takes', () => {
    expect(idOf('GET', '/api/cameras/export')).to.equal('export');
    expect(idOf('GET', '/API/cameras/EXPORT/')).to.equal('export');
    expect(idOf('GET', '/api/cameras/exports')).to.equal('camera');
    expect(idOf('GET', '/api/cameras/a/b')).to.equal(undefined);
    expect(idOf('GET', '/dashboard/views/main.ts')).to.equal('file');
  });

  it('finds a method before all methods, GET for HEAD, and GET for OPTIONS that has no route', () => {
    expect(idOf('POST', '/whep/1')).to.equal('start');
    expect(idOf('PUT', '/whep/1')).to.equal('any');
    expect(idOf('HEAD', '/api/cameras/1')).to.equal('camera');
    expect(idOf('OPTIONS', '/api/cameras/1')).to.equal('camera');
    expect(idOf('DELETE', '/api/cameras/1')).to.equal(undefined);
  });

  it('tells the parameters of a path', () => {
    expect(table.find('GET', '/api/cameras/a%20b')?.params).to.deep.equal({ cameraId: 'a%20b' });
  });

  it('S1: gives a route without access to admins only, and a path without a route too', () => {
    const gate = new Gate({} as Authenticator, table);
    const allowed = (path: string) =>
      (['viewer', 'operator', 'admin'] as const).filter((role) =>
        gate.permits({ role, kind: 'token' }, 'GET', path),
      );
    expect(route({ id: 'new', method: 'get', path: '/api/new', summary: '' }).access).to.equal('admin');
    expect(allowed('/api/cameras/export')).to.deep.equal(['admin']);
    expect(allowed('/api/nowhere')).to.deep.equal(['admin']);
    expect(allowed('/api/cameras/1')).to.deep.equal(['viewer', 'operator', 'admin']);
  });

  it('mounts each route once, the found one alone', async () => {
    const server = await serve(express().use(mounted(routes)));
    const { port } = server.address() as { port: number };
    const answer = async (path: string, method = 'GET') =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { method })).text();
    try {
      expect(await answer('/api/cameras/export')).to.equal('export');
      expect(await answer('/api/cameras/1')).to.equal('camera');
      expect(await answer('/whep/1', 'POST')).to.equal('start');
      expect(await answer('/whep/1', 'PUT')).to.equal('any');
    } finally {
      server.close();
    }
  });

  it('starts empty', () => {
    expect(new RouteTable().find('GET', '/')).to.equal(undefined);
  });
});

describe('The routes of the gateway', () => {
  it('S23: Express serves no path that is not in the list', async () => {
    const mounts: string[] = [];
    const { use, route: routeOf } = express.Router.prototype;
    express.Router.prototype.use = function (this: unknown, ...args: unknown[]) {
      // An application mounts its middleware at the root.
      if (typeof args[0] !== 'function' && args[0] !== '/') mounts.push(`use ${args[0]}`);
      return use.apply(this, args);
    };
    express.Router.prototype.route = function (this: unknown, path: string) {
      mounts.push(path);
      return routeOf.call(this, path);
    };
    const gateway = await TestGateway.open();
    Object.assign(express.Router.prototype, { use, route: routeOf });
    await gateway.close();
    const listed = gateway.routes.groups.flatMap(({ routes }) => routes);
    expect(mounts).to.include('/api/cameras/:cameraId/frame');
    expect(mounts.filter((path) => !listed.some((one) => one.path === path))).to.deep.equal([]);
    expect(mounts.length).to.equal(listed.filter(({ handle }) => handle !== undefined).length);
  });
});

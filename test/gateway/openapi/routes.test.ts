import { expect } from 'chai';
import type { RouteGroup } from '../../../gateway/http/route.ts';
import { describeApi } from '../../../gateway/openapi/document.ts';
import type { OpenApiDocument } from '../../../gateway/openapi/openapi-shape.ts';
import { gatewayRoutes } from '../../support/gateway-routes.ts';

describe('The description of the API', () => {
  let groups: readonly RouteGroup[];
  let document: OpenApiDocument;

  before(async () => {
    groups = await gatewayRoutes();
    document = await describeApi(groups, '0.0.0');
  });

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    );

  it('holds every route that is not hidden, with who may use it', () => {
    const shown = groups.flatMap(({ routes }) => routes).filter(({ isHidden }) => isHidden !== true);
    const described = Object.fromEntries(
      operations().map(({ operation }) => [operation.operationId, operation['x-role']]),
    );
    expect(described).to.deep.equal(Object.fromEntries(shown.map(({ id, access }) => [id, access])));
    expect(shown.length).to.be.greaterThan(60);
  });

  it('refers to nothing that it does not hold, and names each operation once', () => {
    const text = JSON.stringify(document);
    for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = reference
        .split('/')
        .reduce<unknown>((part, name) => Reflect.get(Object(part), name), document);
      expect(found, reference).to.be.an('object');
    }
    const ids = groups.flatMap(({ routes }) => routes.map(({ id }) => id));
    expect(new Set(ids).size).to.equal(ids.length);
    const tags = document.tags.map(({ name }) => name);
    expect(new Set(tags).size).to.equal(tags.length);
  });

  it('names the schema of every JSON body and answer, for generators', () => {
    const nameless = operations().flatMap(({ operation }) =>
      [operation.requestBody, ...Object.values(operation.responses)]
        .flatMap((one) => Object.entries(one?.content ?? {}))
        .filter(([type, { schema }]) => type.includes('json') && schema?.$ref === undefined)
        .map(() => operation.operationId),
    );
    expect(nameless).to.deep.equal([]);
  });

  it('says of pictures and video that they are bytes', () => {
    const contents = operations().flatMap(({ operation }) =>
      Object.values(operation.responses).flatMap(({ content = {} }) => Object.entries(content)),
    );
    const types = contents.filter(([, { schema }]) => schema?.format === 'binary').map(([type]) => type);
    expect(types).to.include.members(['image/jpeg', 'video/mp4', 'video/*', 'multipart/x-mixed-replace']);
    for (const [type, { schema }] of contents) expect(schema, type).to.be.an('object');
  });

  it('has no tuples, which generators cannot read', () => {
    expect(JSON.stringify(document)).to.not.match(/prefixItems|"items":false/);
    const polygon = document.components.schemas.Polygon as { items: object };
    expect(polygon.items).to.include({ type: 'array', minItems: 2, maxItems: 2 });
  });

  it('describes every parameter', () => {
    for (const { operation } of operations())
      for (const { name, description, in: place, example } of operation.parameters) {
        expect(description, `${operation.operationId} ${name}`).to.be.a('string');
        if (place === 'path') expect(example, `${operation.operationId} ${name}`).to.be.a('string');
      }
    for (const path of Object.keys(document.paths))
      for (const [, name] of path.matchAll(/\{(\w+)\}/g))
        for (const { parameters } of Object.values(document.paths[path] ?? {}))
          expect(
            parameters.map((parameter) => parameter.name),
            path,
          ).to.include(name);
  });

  it('holds behind any path prefix: its server is relative to it', () => {
    expect(document.servers).to.deep.equal([
      { url: '.', description: 'The gateway that serves this document' },
    ]);
    expect(document.openapi).to.equal('3.1.0');
  });
});

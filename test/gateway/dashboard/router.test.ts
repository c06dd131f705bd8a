import { expect } from 'chai';
import { hrefOf, PAGES, PATHS, parametersOf, parseRoute } from '../../support/dashboard-pages.ts';

const ROWS = Object.entries(PAGES);

describe('The addresses of pages', () => {
  it('lead to each page and back, with any parameter', () => {
    for (const [page, path] of Object.entries(PATHS)) {
      const params = Object.fromEntries(parametersOf(path).map((name) => [name, `a b/${name}?#é`]));
      expect(parseRoute(hrefOf(page, params))).to.deep.include({ page, params });
    }
  });

  it('are different for every page', () => {
    expect(new Set(Object.values(PATHS)).size).to.equal(ROWS.length);
  });

  it('take a text for the id of a camera', () => {
    expect(hrefOf('edit', 'front door')).to.equal('#/camera/front%20door/edit');
    expect(parseRoute('#/camera/front%20door').cameraId).to.equal('front door');
  });

  it('carry a query', () => {
    const { page, query } = parseRoute('#/events?camera=gate&kind=person');
    expect([page, query.get('camera'), query.get('kind')]).to.deep.equal(['events', 'gate', 'person']);
  });

  it('lead to the first page where they are unknown or broken', () => {
    for (const hash of ['', '#', '#/', '#/nothing', '#/camera', '#/camera/', '#/camera/1/2/3'])
      expect(parseRoute(hash).page, hash).to.equal('cameras');
    expect(parseRoute('#/camera/%E0%A4%A').cameraId).to.equal('%E0%A4%A');
  });
});

describe('The navigation', () => {
  const mainPages = ROWS.filter(([, { nav }]) => nav === 'main');

  it('has at most four main pages beside the settings: phones have room for five entries', () => {
    expect(mainPages.length).to.be.at.most(4);
  });

  it('shows an icon for each main page', () => {
    expect(mainPages.filter(([, { icon }]) => icon === undefined)).to.deep.equal([]);
  });

  it('has a current entry on every page', () => {
    const hasEntry = ({ nav, under }: (typeof PAGES)[string]): boolean =>
      nav !== undefined || PAGES[under ?? '']?.nav !== undefined;
    expect(ROWS.filter(([, row]) => !hasEntry(row)).map(([page]) => page)).to.deep.equal([]);
  });
});

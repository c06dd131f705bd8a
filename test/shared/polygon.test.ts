import { expect } from 'chai';
import { areaOf, boundsOf, isInside, isSimplePolygon, type PolygonPoint } from '#shared/polygon.ts';
import { rectangle } from '../support/polygons.ts';

const U: PolygonPoint[] = [
  [0, 0],
  [0.3, 0],
  [0.3, 0.6],
  [0.6, 0.6],
  [0.6, 0],
  [0.9, 0],
  [0.9, 0.9],
  [0, 0.9],
];
const A: PolygonPoint = [0.2, 0.2];
const B: PolygonPoint = [0.6, 0.2];
const C: PolygonPoint = [0.6, 0.6];
const D: PolygonPoint = [0.2, 0.6];

describe('A polygon', () => {
  const GOOD: [string, PolygonPoint[]][] = [
    ['a triangle', [A, B, C]],
    ['a rectangle', [A, B, C, D]],
    ['one that is drawn the other way round', [D, C, B, A]],
    ['one with notches', U],
    ['one with a corner on a straight side', [A, [0.4, 0.2], B, C, D]],
    ['the whole picture', rectangle(0, 0, 1, 1)],
  ];
  for (const [name, polygon] of GOOD)
    it(`is simple: ${name}`, () => expect(isSimplePolygon(polygon)).to.equal(true));

  const BAD: [string, PolygonPoint[]][] = [
    ['sides that cross', [A, C, B, D]],
    ['a corner that touches another side', [A, B, C, [0.4, 0.2], D]],
    ['the same corner twice in a row', [A, A, B, C]],
    ['the same corner twice, apart', [A, B, C, A, D]],
    ['a side that goes back on the one before', [A, B, [0.3, 0.2], D]],
    ['corners in one line', [A, [0.4, 0.2], B]],
    ['hardly any area', [A, B, [0.6, 0.2001]]],
  ];
  for (const [name, polygon] of BAD)
    it(`is not simple: ${name}`, () => expect(isSimplePolygon(polygon)).to.equal(false));

  it('is judged alike whichever corner it begins with', () => {
    for (const [, polygon] of [...GOOD, ...BAD.slice(0, 5)]) {
      const turned = (by: number) => isSimplePolygon([...polygon.slice(by), ...polygon.slice(0, by)]);
      expect(new Set(polygon.map((_, by) => turned(by)))).to.have.property('size', 1);
    }
  });

  it('has what lies between its sides inside', () => {
    expect(isInside(U, [0.1, 0.1])).to.equal(true);
    expect(isInside(U, [0.45, 0.3]), 'in the notch').to.equal(false);
    expect(isInside(U, [0.45, 0.7])).to.equal(true);
    expect(isInside(U, [0.95, 0.5])).to.equal(false);
  });

  it('has bounds and an area', () => {
    expect(boundsOf(U)).to.deep.equal([0, 0, 0.9, 0.9]);
    expect(areaOf(U)).to.be.closeTo(0.81 - 0.18, 1e-9);
  });
});

import { expect } from 'chai';
import { inOrder, movedTo } from '../../../gateway/dashboard/browser/wall-choices.ts';
import { type Density, layoutWall, usualDensity } from '../../../gateway/dashboard/browser/wall-layout.ts';

/** The room for tiles beside the navigation and below the title. */
const SCREENS = {
  desktop: { width: 1172, height: 760 },
  tablet: { width: 756, height: 620 },
  large: { width: 1652, height: 930 },
  phone: { width: 362, height: 600 },
};
const CAPTION = 64;

function lay(
  screen: keyof typeof SCREENS,
  count: number,
  density: Density = usualDensity(count, SCREENS[screen].width),
  isBare = false,
) {
  return layoutWall({ ...SCREENS[screen], count, density, gap: 12, isBare });
}

/** Height of so many tiles. */
function heightOf({ columns, tileWidth, isCaptionOver }: ReturnType<typeof lay>, tiles: number): number {
  const rows = Math.ceil(tiles / columns);
  return rows * ((tileWidth * 9) / 16 + (isCaptionOver ? 0 : CAPTION)) + (rows - 1) * 12;
}

describe('The layout of the wall of cameras', () => {
  it('shows four cameras two by two without scrolling, on a desktop and on a tablet', () => {
    for (const screen of ['desktop', 'tablet'] as const) {
      const layout = lay(screen, 4);
      expect(layout.columns, screen).to.equal(2);
      expect(heightOf(layout, 4), screen).to.be.at.most(SCREENS[screen].height);
    }
  });

  it('fits as many tiles on a screen as the density says, each as large as it can be', () => {
    for (const [density, tiles] of [
      ['large', 4],
      ['medium', 9],
      ['small', 16],
    ] as const) {
      const layout = lay('large', 64, density);
      expect(heightOf(layout, tiles), density).to.be.at.most(SCREENS.large.height);
      expect(
        heightOf({ ...layout, tileWidth: layout.tileWidth * 1.1 }, tiles) > SCREENS.large.height,
      ).to.equal(true);
    }
    expect([lay('large', 64, 'large').columns, lay('large', 64, 'medium').columns]).to.deep.equal([2, 3]);
  });

  it('takes the density from the number of cameras until the user chooses', () => {
    const usual = (width: number) => [4, 5, 9, 10].map((count) => usualDensity(count, width));
    expect(usual(1172)).to.deep.equal(['large', 'medium', 'medium', 'small']);
    expect(usual(362)).to.deep.equal(['large', 'medium', 'medium', 'medium']);
  });

  it('uses the width of a phone, where people scroll anyway', () => {
    expect(lay('phone', 4, 'large')).to.deep.equal({ columns: 1, tileWidth: 362, isCaptionOver: false });
    expect(lay('phone', 16, 'medium')).to.deep.include({ columns: 2, isCaptionOver: true });
  });

  it('lays captions on pictures that are small', () => {
    expect(lay('desktop', 4).isCaptionOver).to.equal(false);
    expect(lay('desktop', 16).isCaptionOver).to.equal(true);
  });

  it('shows every camera at the same time on a wall without anything else', () => {
    const layout = lay('large', 30, 'large', true);
    expect(heightOf(layout, 30)).to.be.at.most(SCREENS.large.height);
    expect(layout.isCaptionOver).to.equal(true);
  });

  it('has a place for one camera and for none', () => {
    expect(lay('desktop', 1).columns).to.equal(1);
    expect(lay('desktop', 0).columns).to.equal(1);
  });
});

describe('The order of the wall of cameras', () => {
  it('is the user’s; new cameras follow in the gateway’s order, and lost ones leave no gap', () => {
    expect(inOrder(['a', 'b', 'c', 'd'], ['c', 'lost', 'a'])).to.deep.equal(['c', 'a', 'b', 'd']);
    expect(inOrder(['a', 'b'], [])).to.deep.equal(['a', 'b']);
  });

  it('changes when a camera is moved to the place of another, in either direction', () => {
    expect(movedTo(['a', 'b', 'c', 'd'], 'a', 'c')).to.deep.equal(['b', 'c', 'a', 'd']);
    expect(movedTo(['a', 'b', 'c', 'd'], 'd', 'b')).to.deep.equal(['a', 'd', 'b', 'c']);
    expect(movedTo(['a', 'b'], 'a', 'a')).to.deep.equal(['a', 'b']);
    expect(movedTo(['a', 'b'], 'x', 'a')).to.deep.equal(['a', 'b']);
  });
});

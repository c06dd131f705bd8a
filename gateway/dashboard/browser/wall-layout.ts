/** How many columns a wall of cameras has, so that tiles are as large as the screen allows. */

/** Size of the tiles. */
export type Density = 'large' | 'medium' | 'small';

/** The space and what it is for. Sizes in CSS pixels. */
export interface WallSpace {
  count: number;
  width: number;
  /** From the top of the wall to the end of the screen. */
  height: number;
  density: Density;
  /** Between tiles. */
  gap: number;
  /** Whether every caption lies on its picture. */
  isBare?: boolean;
}

/** The layout. */
export interface WallLayout {
  columns: number;
  tileWidth: number;
  /** On small tiles the caption lies on the picture. */
  isCaptionOver: boolean;
}

export const DENSITIES: readonly Density[] = ['large', 'medium', 'small'];
/** Tiles that fit the screen without scrolling. */
const PER_SCREEN: Readonly<Record<Density, number>> = { large: 4, medium: 9, small: 16 };
/** Phones scroll: their screens are too narrow for more. */
const NARROW = 600;
const COLUMNS_WHEN_NARROW: Readonly<Record<Density, number>> = { large: 1, medium: 2, small: 3 };
/** Narrower tiles have no room for a caption below. */
const CAPTION_FROM = 330;
const CAPTION_HEIGHT = 64;
const RATIO = 16 / 9;

/** The density for a number of cameras until the user chooses. @param width of the wall, CSS pixels */
export function usualDensity(count: number, width: number): Density {
  const usual = DENSITIES.find((density) => count <= PER_SCREEN[density]) ?? 'small';
  return width < NARROW && usual === 'small' ? 'medium' : usual;
}

/** Computes the layout. */
export function layoutWall(space: WallSpace): WallLayout {
  const { count, width, density, gap, isBare = false } = space;
  if (width < NARROW && !isBare) {
    const columns = COLUMNS_WHEN_NARROW[density];
    const tileWidth = Math.floor((width - gap * (columns - 1)) / columns);
    return { columns, tileWidth, isCaptionOver: tileWidth < CAPTION_FROM };
  }
  const tiles = Math.max(1, isBare ? count : Math.min(count, PER_SCREEN[density]));
  const layouts = Array.from({ length: tiles }, (_, index) => layoutWith(index + 1, tiles, space));
  return layouts.reduce((best, layout) => (layout.tileWidth > best.tileWidth ? layout : best));
}

function layoutWith(
  columns: number,
  tiles: number,
  { width, height, gap, isBare = false }: WallSpace,
): WallLayout {
  const rows = Math.ceil(tiles / columns);
  const [across, down] = [(width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows];
  const below = Math.min(across, (down - CAPTION_HEIGHT) * RATIO);
  if (!isBare && below >= CAPTION_FROM)
    return { columns, tileWidth: Math.floor(below), isCaptionOver: false };
  const over = Math.max(0, Math.min(across, down * RATIO));
  return { columns, tileWidth: Math.floor(over), isCaptionOver: true };
}

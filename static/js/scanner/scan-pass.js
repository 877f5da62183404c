// One way to look for codes in a camera's picture: which part of it, how large, for which formats.

/** Width and height. @typedef {[number, number]} Size */
/** [x, y, width, height]. @typedef {[number, number, number, number]} Rectangle */

/**
 * The middle `share` of both sides, drawn with at most `longest` pixels a side.
 * @typedef {{ formats: string[], share: number, longest: number }} Part
 */
/**
 * A strip through the middle at `angle` degrees, drawn `finest` times as large as the camera has
 * it, light on dark if `inverted`; `soft` for the dark, where noise looks like thinner bars.
 * @typedef {object} Strip
 * @property {string[]} formats
 * @property {number} angle
 * @property {number} finest
 * @property {boolean} [inverted]
 * @property {boolean} [soft]
 */

/**
 * What reader.js is to read: `cut`, a rectangle of the picture, drawn with the sides `drawn`, turned
 * by `angle` (radians), flattened by `flat`; the middle `size` of that. `options` are the package's.
 * @typedef {object} Region
 * @property {Rectangle} cut
 * @property {Size} drawn
 * @property {Size} size
 * @property {number} flat
 * @property {number} angle
 * @property {boolean} inverted
 * @property {boolean} soft
 * @property {string[]} formats
 * @property {{ tryRotate: boolean }} options
 */
/** How much of the picture, how large. @typedef {{ cut: Size, drawn: Size, size: Size, flat: number }} Sizes */

const MATRIX = ["qr_code", "data_matrix"];
const RARE = ["aztec", "pdf417"];
const LINEAR = ["code_128", "code_93", "code_39"];
// A strip's height, in parts of the picture's lesser side, and how much of it is kept.
const STRIP = 0.6;
const FLAT = 0.2;

/**
 * Width and height of the part of the picture that the element shows.
 * @param {HTMLVideoElement} video
 * @returns {Size}
 */
const shownOf = ({ videoWidth, videoHeight, clientWidth, clientHeight }) => {
  const scale = Math.max(clientWidth / videoWidth, clientHeight / videoHeight);
  if (!scale) return [videoWidth, videoHeight];
  return [
    Math.min(videoWidth, Math.round(clientWidth / scale)),
    Math.min(videoHeight, Math.round(clientHeight / scale)),
  ];
};

/**
 * @param {Size} size
 * @param {number} times
 * @returns {Size}
 */
const scaled = ([width, height], times) => [Math.round(width * times), Math.round(height * times)];

// No single pass finds every label quickly enough. A matrix code is found in a small picture of the
// whole, a tiny one in the middle at full size. The bars of a linear code need all the pixels there
// are along a line across it, and hardly any the other way: a strip, flattened, at each angle.
export class ScanPass {
  #how;

  /** @param {Part | Strip} how */
  constructor(how) {
    this.#how = how;
  }

  /**
   * Passes to be taken in turn, again and again.
   * @param {{ longest: number, finest: number }} bounds They bound the time of each.
   */
  static turns({ longest, finest }) {
    /**
     * @param {string[]} formats
     * @param {number} share
     */
    const part = (formats, share) => new ScanPass({ formats, share, longest });
    /**
     * @param {number} angle
     * @param {Partial<Strip>} [more]
     */
    const strip = (angle, more) => new ScanPass({ formats: LINEAR, angle, finest, ...more });
    const whole = part(MATRIX, 1);
    const middle = part(MATRIX, 0.5);
    const rare = part(RARE, 1);
    return [
      ...[whole, strip(0), middle, strip(90)],
      ...[whole, strip(45), middle, strip(0, { soft: true })],
      ...[whole, strip(-45), middle, strip(0, { inverted: true }), rare],
    ];
  }

  // Whether all that is in sight is looked at, for the usual codes.
  get isWhole() {
    return "share" in this.#how && this.#how.share === 1 && this.#how.formats === MATRIX;
  }

  /**
   * What to read of the picture, within what the video element shows of it: what the person does
   * not see is not read.
   * @param {HTMLVideoElement} video
   * @returns {Region}
   */
  region(video) {
    const how = this.#how;
    const shown = shownOf(video);
    const isPart = "share" in how;
    const strip = isPart ? { angle: 0, inverted: false, soft: false } : how;
    const angle = (strip.angle * Math.PI) / 180;
    const sizes = isPart ? ScanPass.#part(how, shown) : ScanPass.#strip(how, shown, angle);
    const [width, height] = sizes.cut;
    return {
      ...sizes,
      cut: [(video.videoWidth - width) >> 1, (video.videoHeight - height) >> 1, width, height],
      angle,
      inverted: strip.inverted ?? false,
      soft: strip.soft ?? false,
      formats: how.formats,
      options: { tryRotate: isPart },
    };
  }

  /**
   * @param {Part} how
   * @param {Size} shown
   * @returns {Sizes}
   */
  static #part({ share, longest }, shown) {
    const cut = scaled(shown, share);
    const drawn = scaled(cut, Math.min(1, longest / Math.max(...cut)));
    return { cut, drawn, size: drawn, flat: 1 };
  }

  /**
   * @param {Strip} how
   * @param {Size} shown
   * @param {number} angle
   * @returns {Sizes}
   */
  static #strip({ finest }, [width, height], angle) {
    const side = Math.min(width, height);
    const high = side * STRIP;
    /** @type {Size} */
    const cut = angle ? [side, side] : [width, Math.round(high)];
    const long = angle ? side * (Math.abs(Math.cos(angle)) + Math.abs(Math.sin(angle))) : width;
    const size = scaled([long, high * FLAT], finest);
    return { cut, drawn: scaled(cut, finest), size, flat: FLAT };
  }
}

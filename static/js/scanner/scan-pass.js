// One way to look for codes in a camera's picture: which part of it, how large, for which formats.
// No single look finds every label quickly enough. A matrix code is found in a small picture of the
// whole, a tiny one in the middle at full size. The bars of a linear code need all the pixels there
// are along a line across it, and hardly any the other way: a strip, flattened, at each angle.
export class ScanPass {
  static #MATRIX = ["qr_code", "data_matrix"];
  static #RARE = ["aztec", "pdf417"];
  static #LINEAR = ["code_128", "code_93", "code_39"];
  // A strip's height, in parts of the picture's lesser side, and how much of it is kept.
  static #STRIP = 0.6;
  static #FLAT = 0.2;

  #how;

  // `how`: {formats, share, longest} for the middle `share` of both sides, drawn with at most
  // `longest` pixels a side; {formats, angle, finest, inverted, soft} for a strip through the
  // middle at `angle` degrees, drawn `finest` times as large as the camera has it, light on dark
  // if `inverted`; `soft` for the dark, where noise looks like thinner bars.
  constructor(how) {
    this.#how = how;
  }

  // Looks to be taken in turn, again and again. `longest` and `finest` bound the time of each.
  static turns({ longest, finest }) {
    const part = (formats, share) => new ScanPass({ formats, share, longest });
    const strip = (angle, more) =>
      new ScanPass({ formats: ScanPass.#LINEAR, angle, finest, ...more });
    const whole = part(ScanPass.#MATRIX, 1);
    const middle = part(ScanPass.#MATRIX, 0.5);
    const rare = part(ScanPass.#RARE, 1);
    return [
      ...[whole, strip(0), middle, strip(90)],
      ...[whole, strip(45), middle, strip(0, { soft: true })],
      ...[whole, strip(-45), middle, strip(0, { inverted: true }), rare],
    ];
  }

  // Whether all that is in sight is looked at, for the usual codes.
  get isWhole() {
    return this.#how.share === 1 && this.#how.formats === ScanPass.#MATRIX;
  }

  // {cut, drawn, size, flat, angle, inverted, soft, formats, options} for LabelReader: `cut` is a
  // rectangle [x, y, width, height] of the picture, and within what the video element shows of it.
  // What the person does not see is not read.
  region(video) {
    const shown = ScanPass.#shown(video);
    const { formats, angle = 0, inverted = false, soft = false } = this.#how;
    const lean = (angle * Math.PI) / 180;
    const sizes = this.#how.share ? this.#part(shown) : this.#strip(shown, lean);
    const [width, height] = sizes.cut;
    const cut = [(video.videoWidth - width) >> 1, (video.videoHeight - height) >> 1, width, height];
    const options = { tryRotate: Boolean(this.#how.share) };
    return { ...sizes, cut, angle: lean, inverted, soft, formats, options };
  }

  #part(shown) {
    const cut = shown.map((side) => Math.round(side * this.#how.share));
    const scale = Math.min(1, this.#how.longest / Math.max(...cut));
    const drawn = cut.map((side) => Math.round(side * scale));
    return { cut, drawn, size: drawn, flat: 1 };
  }

  #strip([width, height], angle) {
    const side = Math.min(width, height);
    const high = side * ScanPass.#STRIP;
    const cut = angle ? [side, side] : [width, Math.round(high)];
    const long = angle ? side * (Math.abs(Math.cos(angle)) + Math.abs(Math.sin(angle))) : width;
    const { finest } = this.#how;
    const flat = ScanPass.#FLAT;
    const size = [long * finest, high * finest * flat].map(Math.round);
    return { cut, drawn: cut.map((length) => Math.round(length * finest)), size, flat };
  }

  // Width and height of the part of the picture that the element shows.
  static #shown({ videoWidth, videoHeight, clientWidth, clientHeight }) {
    const scale = Math.max(clientWidth / videoWidth, clientHeight / videoHeight);
    if (!scale) return [videoWidth, videoHeight];
    return [
      Math.min(videoWidth, Math.round(clientWidth / scale)),
      Math.min(videoHeight, Math.round(clientHeight / scale)),
    ];
  }
}

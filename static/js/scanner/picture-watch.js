// Whether a camera's video goes on showing new pictures: one that hangs looks like one that is held still.

const LOOKED_AFTER = 250;
// A still picture for so long is none.
const STILL_FOR = 2000;
// Whoever looks so much later than meant was asleep, or busy: that says nothing of the pictures.
const OVERSLEPT = 1000;

/** @param {HTMLVideoElement} video */
const isInView = (video) => {
  const { top, bottom, left, right, width, height } = video.getBoundingClientRect();
  const isSeen = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  return width > 0 && height > 0 && isSeen && !document.hidden;
};

export class PictureWatch {
  #video;
  #track;
  #stalled;
  #newAt = performance.now();
  #lookedAt = performance.now();
  #shownAt = -1;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {HTMLVideoElement} video
   * @param {MediaStreamTrack | undefined} track It is shown in the video.
   * @param {() => void} stalled Called once, when there was no new picture for too long.
   */
  constructor(video, track, stalled) {
    this.#video = video;
    this.#track = track;
    this.#stalled = stalled;
    this.#timer = setInterval(() => this.#look(), LOOKED_AFTER);
    this.#listen();
  }

  end() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  // Browsers show no new pictures of what nobody sees.
  #listen() {
    this.#video.requestVideoFrameCallback?.(() => {
      if (!this.#timer) return;
      this.#take();
      this.#listen();
    });
  }

  // What comes of a track that gives nothing, or in a video that stands still, is no picture.
  #take() {
    if (!this.#video.paused && !this.#track?.muted) this.#newAt = performance.now();
  }

  #look() {
    const now = performance.now();
    const isAwake = now - this.#lookedAt < OVERSLEPT;
    this.#lookedAt = now;
    if (!isAwake || !isInView(this.#video)) this.#newAt = now;
    if (!("requestVideoFrameCallback" in this.#video)) this.#compare();
    const still = now - this.#newAt;
    if (this.#video.paused || still > STILL_FOR / 2) this.#video.play().catch(() => {});
    if (still <= STILL_FOR) return;
    this.end();
    this.#stalled();
  }

  // Where the browser does not tell of pictures, its clock of the video does.
  #compare() {
    const { currentTime } = this.#video;
    if (currentTime !== this.#shownAt) this.#take();
    this.#shownAt = currentTime;
  }
}

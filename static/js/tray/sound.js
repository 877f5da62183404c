// What a reading of a label sounds and feels like. The sounds are made here; nothing is fetched.
import { reportUnlessRefused } from "../page/report.js";

/** @import { Store } from "./model.js" */
/** Hertz, seconds after the first, seconds long. @typedef {[number, number, number]} Tone */
/** Pulses in milliseconds, as pauses are. */
/** @typedef {{ wave: OscillatorType, tones: Tone[], pulses: number[] }} Signal */
/** @typedef {"new" | "again" | "claimed" | "foreign"} SignalName */

/** @type {Record<SignalName, Signal>} */
const SIGNALS = {
  new: {
    wave: "triangle",
    tones: [
      [880, 0, 0.09],
      [1320, 0.09, 0.14],
    ],
    pulses: [60],
  },
  again: {
    wave: "triangle",
    tones: [
      [660, 0, 0.08],
      [660, 0.14, 0.08],
    ],
    pulses: [40, 60, 40],
  },
  claimed: {
    wave: "sine",
    tones: [
      [990, 0, 0.12],
      [740, 0.12, 0.12],
      [550, 0.24, 0.18],
    ],
    pulses: [40, 40, 40, 40, 40],
  },
  foreign: { wave: "square", tones: [[160, 0, 0.35]], pulses: [250] },
};
const LOUDNESS = 0.2;
const FADE = 0.02;
// Milliseconds after which a sound would speak of something past.
const LATE = 500;

export class TraySound {
  isOn = true;
  /** @type {AudioContext | undefined} */
  #audio;

  /**
   * @param {HTMLElement} button Switches it.
   * @param {() => Store} store Where that is remembered.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(button, store, signal) {
    this.#obey(button, store, signal);
    for (const touch of ["pointerdown", "keydown"]) {
      document.addEventListener(touch, () => this.#prepare(), { signal });
    }
    signal.addEventListener("abort", () => this.#audio?.close());
  }

  /**
   * @param {HTMLElement} button
   * @param {() => Store} store
   * @param {AbortSignal} signal
   */
  async #obey(button, store, signal) {
    const show = () => button.setAttribute("aria-pressed", String(this.isOn));
    const turn = () => {
      this.isOn = !this.isOn;
      show();
      store()
        .set("sound", this.isOn ? "on" : "off")
        .catch(reportUnlessRefused);
      if (this.isOn) this.play("new");
    };
    button.addEventListener("click", turn, { signal });
    this.isOn = (await store().get("sound").catch(reportUnlessRefused)) !== "off";
    show();
  }

  // Browsers let a page sound once somebody has touched it, or the one before, and some forbid it
  // again after a call or a locked screen: to be called on each touch. Resolves once it may.
  async #prepare() {
    if (!globalThis.AudioContext) return;
    this.#audio ??= new AudioContext();
    if (this.#audio.state !== "running") await this.#audio.resume().catch(reportUnlessRefused);
  }

  /** @param {SignalName} name */
  play(name) {
    const { wave, tones, pulses } = SIGNALS[name];
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pulses);
    if (this.isOn) this.#play(wave, tones);
  }

  /**
   * @param {OscillatorType} wave
   * @param {Tone[]} tones
   */
  async #play(wave, tones) {
    const asked = performance.now();
    if (this.#audio?.state !== "running") await this.#prepare();
    if (this.#audio?.state !== "running") return;
    if (performance.now() - asked > LATE) return;
    for (const tone of tones) this.#sound(this.#audio, wave, tone);
  }

  /**
   * @param {AudioContext} audio
   * @param {OscillatorType} wave
   * @param {Tone} tone
   */
  #sound(audio, wave, [hertz, after, length]) {
    const start = audio.currentTime + after;
    const source = new OscillatorNode(audio, { type: wave, frequency: hertz });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setTargetAtTime(LOUDNESS, start, FADE / 4);
    volume.gain.setTargetAtTime(0, start + length - FADE, FADE / 4);
    source.connect(volume).connect(audio.destination);
    source.start(start);
    source.stop(start + length + FADE);
  }
}

// What a reading of a label sounds and feels like. The sounds are made here; nothing is fetched.
export class TraySound {
  // Tones as [hertz, seconds after the first, seconds long]; pulses in milliseconds, as pauses are.
  static #SIGNALS = {
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
  static #LOUDNESS = 0.2;
  static #FADE = 0.02;
  // Milliseconds after which a sound would speak of something past.
  static #LATE = 500;

  isOn = true;
  #audio;

  // Lets a button switch it, and `store` remember that.
  async obey(button, store) {
    const show = () => button.setAttribute("aria-pressed", String(this.isOn));
    button.addEventListener("click", () => {
      this.isOn = !this.isOn;
      show();
      store.set("sound", this.isOn ? "on" : "off").catch(() => {});
      if (this.isOn) this.play("new");
    });
    this.isOn = (await store.get("sound").catch(() => undefined)) !== "off";
    show();
  }

  // Browsers let a page sound once somebody has touched it, or the one before, and some forbid it
  // again after a call or a locked screen: to be called on each touch. Resolves once it may.
  async prepare() {
    if (!globalThis.AudioContext) return;
    this.#audio ??= new AudioContext();
    if (this.#audio.state !== "running") await this.#audio.resume().catch(() => {});
  }

  // Signals "new", "again", "claimed" or "foreign".
  play(name) {
    const { wave, tones, pulses } = TraySound.#SIGNALS[name];
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pulses);
    if (this.isOn) this.#play(wave, tones);
  }

  async #play(wave, tones) {
    const asked = performance.now();
    if (this.#audio?.state !== "running") await this.prepare();
    if (this.#audio?.state !== "running") return;
    if (performance.now() - asked > TraySound.#LATE) return;
    for (const tone of tones) this.#sound(wave, ...tone);
  }

  #sound(wave, hertz, after, length) {
    const start = this.#audio.currentTime + after;
    const source = new OscillatorNode(this.#audio, { type: wave, frequency: hertz });
    const volume = new GainNode(this.#audio, { gain: 0 });
    volume.gain.setTargetAtTime(TraySound.#LOUDNESS, start, TraySound.#FADE / 4);
    volume.gain.setTargetAtTime(0, start + length - TraySound.#FADE, TraySound.#FADE / 4);
    source.connect(volume).connect(this.#audio.destination);
    source.start(start);
    source.stop(start + length + TraySound.#FADE);
  }
}

// <label-scanner for="id of the field">: reads a hub label with the camera into a text field.
// The field, and the photo upload that `photo` may name, work without it; a tap still confirms.
// It fires `label-read` with detail.text. Its words and its dialog stand in two templates within.
"use strict";

class LabelScanner extends HTMLElement {
  static #LONGEST = 256;
  static #MATRIX = ["qr_code", "data_matrix", "aztec", "pdf417"];
  static #LINEAR = ["code_128", "code_93", "code_39"];
  static #PAUSE = 80;
  // A linear code beside the hub's own is mostly a serial number: it has to be alone for so long.
  static #PATIENCE = 12;
  static #PROBLEMS = {
    NotAllowedError: "refused",
    NotFoundError: "none",
    OverconstrainedError: "none",
    NotReadableError: "busy",
    AbortError: "busy",
    SecurityError: "insecure",
  };
  static #package;

  #turn = 0;
  #stream;
  #cameraId;
  #dialog;
  #next;
  #lone = { text: "", looks: 0 };
  #connection;

  connectedCallback() {
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    const button = this.#part("open");
    button.hidden = !this.getAttribute("decoder-src") && !("BarcodeDetector" in window);
    button.addEventListener("click", () => this.#open(), { signal });
    document.addEventListener("visibilitychange", () => this.#rest(), { signal });
  }

  disconnectedCallback() {
    this.#connection.abort();
    this.#release();
    this.#dialog?.remove();
    this.#dialog = undefined;
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  #words(state) {
    return this.#part("words").content.querySelector(`[data-when=${state}]`).textContent;
  }

  #field(attribute) {
    return document.getElementById(this.getAttribute(attribute));
  }

  #open() {
    if (!this.#dialog) this.#build();
    this.#part("outcome").textContent = "";
    this.#next = this.#part("open");
    this.#dialog.showModal();
    this.#start();
  }

  #build() {
    this.append(this.#part("camera").content.cloneNode(true));
    this.#dialog = this.querySelector("dialog");
    this.#part("photo").hidden = !this.#field("photo");
    const on = (name, kind, act) => this.#part(name).addEventListener(kind, act);
    on("close", "click", () => this.#dialog.close());
    on("type", "click", () => this.#leaveFor(this.#field("for")));
    on("photo", "click", () => {
      this.#leaveFor(this.#field("photo"));
      this.#field("photo").click();
    });
    on("torch", "click", () => this.#switchTorch());
    on("cameras", "change", (event) => {
      this.#cameraId = event.target.value;
      this.#start();
    });
    this.#dialog.addEventListener("close", () => {
      this.#release();
      this.#next.focus();
    });
  }

  #leaveFor(field) {
    const fold = field.closest("details");
    if (fold) fold.open = true;
    this.#next = field;
    this.#dialog.close();
  }

  // While the tab is hidden the camera is free for others.
  #rest() {
    if (!this.#dialog?.open) return;
    if (document.hidden) this.#release();
    else this.#start();
  }

  // Ends the present turn: whatever is still under way for it notices that and stops.
  #release() {
    this.#turn += 1;
    this.#stop(this.#stream);
    this.#stream = undefined;
    if (this.#dialog) this.#part("video").srcObject = null;
  }

  #stop(stream) {
    for (const track of stream?.getTracks() ?? []) track.stop();
  }

  async #start() {
    this.#release();
    const turn = this.#turn;
    try {
      this.#say("asking");
      const stream = await this.#openCamera();
      if (turn !== this.#turn) return this.#stop(stream);
      this.#stream = stream;
      await this.#show(turn);
      if (turn !== this.#turn) return;
      this.#say("loading");
      const detector = await this.#detector();
      if (turn !== this.#turn) return;
      this.#say("aim");
      await this.#look(detector, turn);
    } catch (error) {
      if (turn === this.#turn) this.#fail(LabelScanner.#PROBLEMS[error.name] ?? "decoder");
    }
  }

  #openCamera() {
    if (!window.isSecureContext || !navigator.mediaDevices) {
      throw new DOMException("The page is not secure.", "SecurityError");
    }
    const which = this.#cameraId
      ? { deviceId: { exact: this.#cameraId } }
      : { facingMode: { ideal: "environment" } };
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    return navigator.mediaDevices.getUserMedia({ video: { ...which, ...size } });
  }

  async #show(turn) {
    const [track] = this.#stream.getVideoTracks();
    track.addEventListener("ended", () => turn === this.#turn && this.#fail("busy"));
    const video = this.#part("video");
    video.srcObject = this.#stream;
    await video.play();
    this.#part("torch").hidden = !track.getCapabilities?.().torch;
    this.#part("torch").setAttribute("aria-pressed", "false");
    await this.#offerCameras(track.getSettings().deviceId);
  }

  async #offerCameras(present) {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const cameras = devices.filter((device) => device.kind === "videoinput");
    const select = this.#part("cameras");
    const options = cameras.map((camera, index) => {
      const name = camera.label || `${select.dataset.unnamed} ${index + 1}`;
      return new Option(name, camera.deviceId, false, camera.deviceId === present);
    });
    select.replaceChildren(...options);
    select.hidden = cameras.length < 2;
  }

  async #switchTorch() {
    const button = this.#part("torch");
    const torch = button.getAttribute("aria-pressed") !== "true";
    try {
      await this.#stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch }] });
      button.setAttribute("aria-pressed", String(torch));
    } catch {
      button.hidden = true;
    }
  }

  // The browser's own detector where it has one, else the package, which is only loaded now.
  async #detector() {
    const wanted = [...LabelScanner.#MATRIX, ...LabelScanner.#LINEAR];
    const own = (await window.BarcodeDetector?.getSupportedFormats()) ?? [];
    if (own.includes("qr_code")) {
      const formats = wanted.filter((format) => own.includes(format));
      return new window.BarcodeDetector({ formats });
    }
    const { BarcodeDetector } = await this.#loadPackage();
    return new BarcodeDetector({ formats: wanted });
  }

  #loadPackage() {
    LabelScanner.#package ??= this.#fetchPackage().catch((error) => {
      LabelScanner.#package = undefined;
      throw error;
    });
    return LabelScanner.#package;
  }

  async #fetchPackage() {
    const script = document.createElement("script");
    script.src = this.getAttribute("decoder-src");
    await new Promise((resolve, reject) => {
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    }).finally(() => script.remove());
    const decoder = window.BarcodeDetectionAPI;
    const locateFile = () => this.getAttribute("wasm-src");
    await decoder.prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
    return decoder;
  }

  async #look(detector, turn) {
    this.#lone = { text: "", looks: 0 };
    while (turn === this.#turn) {
      const codes = await detector.detect(this.#part("video"));
      if (turn !== this.#turn) return;
      const text = this.#chosen(codes.filter((code) => code.rawValue));
      if (text) return this.#take(text);
      await new Promise((resolve) => setTimeout(resolve, LabelScanner.#PAUSE));
    }
  }

  #chosen(codes) {
    const texts = (some) => [...new Set(some.map((code) => code.rawValue))];
    const matrix = texts(codes.filter((code) => LabelScanner.#MATRIX.includes(code.format)));
    this.#say(matrix.length > 1 ? "several" : "aim");
    if (matrix.length) return matrix.length === 1 && matrix[0];
    const [text = "", ...others] = texts(codes);
    const again = text && !others.length && text === this.#lone.text;
    this.#lone = { text, looks: again ? this.#lone.looks + 1 : 0 };
    return this.#lone.looks >= LabelScanner.#PATIENCE && text;
  }

  #take(read) {
    const text = read.slice(0, LabelScanner.#LONGEST);
    const field = this.#field("for");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    navigator.vibrate?.(60);
    this.#dialog.close();
    this.#part("outcome").textContent = this.#words("read");
    this.dispatchEvent(new CustomEvent("label-read", { bubbles: true, detail: { text } }));
  }

  #fail(problem) {
    this.#release();
    this.#part("torch").hidden = true;
    this.#say(problem);
  }

  #say(state) {
    if (this.#dialog.dataset.state === state) return;
    this.#dialog.dataset.state = state;
    this.#part("status").textContent = this.#words(state);
  }
}

customElements.define("label-scanner", LabelScanner);

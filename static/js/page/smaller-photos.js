// Makes a photo smaller before it is sent: in a basement every megabyte is a wait, and where the
// photo was taken then never leaves the device. What the browser cannot read is sent as it is.

const FIELDS = ".photo-add input";
const SIDE = 2048;
const SMALL_ENOUGH = 1024 * 1024;
/** @type {WeakSet<Event>} */
const ready = new WeakSet();

/**
 * @param {File} file
 * @returns {Promise<File>}
 */
const smaller = async (file) => {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const paper = canvas.getContext("2d");
  if (!paper) return file;
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  /** @type {Blob | null} */
  const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
  return drawn ? new File([drawn], "photo.jpg", { type: "image/jpeg" }) : file;
};

/**
 * @param {HTMLInputElement} input
 * @param {File} file
 */
const shrink = async (input, file) => {
  const form = input.closest("form");
  form?.setAttribute("data-busy", "");
  try {
    const chosen = new DataTransfer();
    chosen.items.add(await smaller(file));
    input.files = chosen.files;
  } catch {
    // The portal says what is wrong with it.
  }
  form?.removeAttribute("data-busy");
  const event = new Event("change", { bubbles: true });
  ready.add(event);
  input.dispatchEvent(event);
};

// Before htmx, which sends the form at a change.
document.addEventListener(
  "change",
  (event) => {
    const { target } = event;
    if (!(target instanceof HTMLInputElement) || !target.matches(FIELDS)) return;
    const file = target.files?.[0];
    if (ready.has(event) || !file || file.size <= SMALL_ENOUGH) return;
    event.stopPropagation();
    shrink(target, file);
  },
  { capture: true },
);

// One that did not arrive may be chosen again.
document.addEventListener("click", ({ target }) => {
  if (target instanceof HTMLInputElement && target.matches(FIELDS)) target.value = "";
});

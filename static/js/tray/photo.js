// A photo of a label, which the portal reads.
export class PhotoInput {
  #read;
  #words;
  #reader;
  #take;

  // `input` takes the photo; `read(photo)` resolves to its text or rejects with a Halt; `reader`
  // says how it goes, with `words`; `take(text)` is given what was read.
  constructor(input, read, reader, words, take) {
    this.#read = read;
    this.#reader = reader;
    this.#words = words;
    this.#take = take;
    input.addEventListener("change", () => this.#open(input));
  }

  async #open(input) {
    const [photo] = input.files;
    input.value = "";
    if (!photo) return;
    this.#reader.say("photo-reading");
    try {
      this.#take(await this.#read(photo));
    } catch ({ state, problem }) {
      this.#reader.say("photo-failed", problem || this.#words.say(`photo-${state}`));
    }
  }
}

/**
 * A text as it is compared: without accents, capitals and the final sigma, as core/folding.py does.
 * @param {string | null} text
 */
export const folded = (text) =>
  (text ?? "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ς", "σ").trim();

// What somebody's tap on "Try now" comes to on the device.

/** @import { KeptRow } from "./store.js" */
/** @import { News } from "./wire.js" */

/**
 * Whether two pieces of news tell of the same state of the claim.
 * @param {Partial<News> | null} before
 * @param {Partial<News>} news
 */
const isSame = (before, news) =>
  before?.outcome === news.outcome && before?.word === news.word && before?.title === news.title;

/**
 * The row once the portal has answered. A try is over with the first answer that does not say it goes
 * on; what came of it stays until the claim is in another state, and is not said anew by later looks.
 * @param {KeptRow} row With the news of the answer.
 * @param {KeptRow} before As it was sent.
 * @returns {KeptRow}
 */
export const afterTry = (row, before) => {
  const { news } = row;
  if (!news) return row;
  if (row.isTried) return before.isTried && !news.trying ? { ...row, isTried: false } : row;
  const isKept = !news.tried && before.news?.tried && isSame(before.news, news);
  return isKept ? { ...row, news: { ...news, tried: before.news?.tried ?? "" } } : row;
};

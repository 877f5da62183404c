// Waiting with an end: what a device, a person or another page owes may never come.

/**
 * What the promise gives, or a TimeoutError after so many milliseconds; nobody waits for it any more
 * then.
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export const within = (milliseconds, promise) =>
  new Promise((resolve, reject) => {
    const late = new DOMException("No answer in time.", "TimeoutError");
    const timer = setTimeout(reject, milliseconds, late);
    promise.finally(() => clearTimeout(timer)).then(resolve, reject);
  });

// Where the packages are that browsers find under /static/vendor/.
export const resolve = (specifier, context, next) =>
  next(specifier.endsWith("/vendor/idb/index.js") ? "idb" : specifier, context);

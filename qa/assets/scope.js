/* The filter beside a question. */
const refocus = window.wenbaoScope(
  element,
  (wanted) => trigger("narrow", { wanted }),
  (part) => trigger("widen", { part }),
);
watch("value", refocus);

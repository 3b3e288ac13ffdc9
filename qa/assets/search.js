/* What a search found: clicks go to Python; the passage whose page is open is set off. */
const refocus = window.wenbaoScope(
  element,
  (wanted) => trigger("narrow", { wanted }),
  (part) => trigger("widen", { part }),
);
const sync = () => {
  const open = document.querySelector("#wb-search-page .wb-page")?.dataset.key;
  element.querySelectorAll("[data-key]").forEach((button) => {
    const on = button.dataset.key === open;
    button.setAttribute("aria-pressed", String(on));
  });
};
document.addEventListener("wenbao-page", sync);
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-passage], [data-order], .wb-more");
  if (!button) return;
  const { article, passage, order } = button.dataset;
  if (order) {
    trigger("order", { order });
  } else if (passage) {
    window.wenbao = { reveal: true, from: `[data-passage="${CSS.escape(passage)}"]`, keyboard: event.detail === 0 };
    const shown = document.querySelector("#wb-search-page .wb-page");
    if (shown && shown.dataset.key === passage) document.dispatchEvent(new CustomEvent("wenbao-reveal"));
    else trigger("open", { article, passage });
  } else {
    trigger("more", {});
  }
});
watch("value", () => {
  sync();
  refocus();
});

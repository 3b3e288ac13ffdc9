/* Lists of files and articles: clicks go to Python. */
element.addEventListener("click", (event) => {
  const gone = event.target.closest("[data-remove]");
  if (gone) {
    trigger("discard", { name: gone.dataset.remove });
    return;
  }
  const button = event.target.closest("[data-source], [data-article]");
  if (!button) return;
  const { source, article } = button.dataset;
  if (article) {
    window.wenbao = { reveal: true, from: `[data-article="${CSS.escape(article)}"]`, keyboard: event.detail === 0 };
    trigger("open", { article });
  } else {
    window.wenbaoChose = true;
    trigger("choose", { source });
  }
});
/* Where the columns stand one above the other, a chosen file's articles come into view. */
watch("value", () => {
  if (!window.wenbaoChose || !element.closest("#wb-articles")) return;
  window.wenbaoChose = false;
  if (element.getBoundingClientRect().top > innerHeight * 0.6) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }
});

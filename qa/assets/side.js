/* A source page: brings the lit-up sentence into view. The pane scrolls by itself; the window moves only after a click. */
const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
const reveal = () => {
  const view = element.querySelector(".wb-page");
  if (!view) return;
  const lines = view.querySelector(".wb-lines");
  // Of a page with a picture the marks on the picture: those in the text that was read follow below it.
  const sheet = lines.querySelector(".wb-sheet:has(mark)");
  const marks = (sheet || lines).querySelectorAll("mark");
  const target = marks[0] || lines.querySelector(".own");
  if (target) {
    const last = marks[marks.length - 1] || target;
    const top = target.getBoundingClientRect().top - lines.getBoundingClientRect().top + lines.scrollTop;
    const height = last.getBoundingClientRect().bottom - target.getBoundingClientRect().top;
    const room = Math.max(24, (lines.clientHeight - height) / (marks.length ? 2 : 6));
    lines.scrollTo({ top: Math.max(0, top - room), behavior: "auto" });
  }
  const asked = window.wenbao;
  if (!asked || !asked.reveal) return;
  asked.reveal = false;
  const box = view.getBoundingClientRect();
  const above = box.top < 0 || box.top > innerHeight * 0.6;
  if (above) view.scrollIntoView({ block: "start", behavior: calm() });
  if (asked.keyboard) view.focus({ preventScroll: true });
};
const back = () => {
  const from = window.wenbao && window.wenbao.from;
  const button = from && document.querySelector(`#wb-talk ${from}, #wb-found ${from}, #wb-files ${from}, #wb-articles ${from}`);
  if (!button) return;
  button.scrollIntoView({ block: "center", behavior: calm() });
  button.focus({ preventScroll: true });
};
element.addEventListener("click", (event) => {
  if (event.target.closest(".wb-back")) back();
  if (event.target.closest(".wb-close")) {
    back();
    trigger("shut", {});
  }
});
element.addEventListener("keydown", (event) => {
  if (event.key === "Escape") back();
});
document.addEventListener("wenbao-reveal", () => {
  if (element.isConnected && element.offsetParent) reveal();
});
watch("value", () => {
  document.dispatchEvent(new CustomEvent("wenbao-page"));
  requestAnimationFrame(reveal);
});

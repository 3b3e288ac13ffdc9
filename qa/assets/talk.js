/* The conversation: clicks go to Python; a new question is scrolled into view.
   `element`, `trigger` and `watch` are given by gr.HTML. */
/* Which citation is open is told by the page beside; markup that is written anew knows nothing of it. */
const sync = () => {
  const open = document.querySelector("#wb-side .wb-page")?.dataset.key;
  element.querySelectorAll("[data-key]").forEach((button) => {
    const on = button.dataset.key === open;
    button.classList.toggle("on", on);
    button.setAttribute("aria-pressed", String(on));
  });
};
document.addEventListener("wenbao-page", sync);
element.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-ask]");
  if (chip) {
    trigger("ask", { text: chip.dataset.ask });
    return;
  }
  const button = event.target.closest("[data-n]");
  if (!button) return;
  const { turn, n, key } = button.dataset;
  window.wenbao = { reveal: true, from: `[data-turn="${turn}"][data-n="${n}"]`, keyboard: event.detail === 0 };
  const shown = document.querySelector("#wb-side .wb-page");
  if (shown && shown.dataset.key === key) {
    document.dispatchEvent(new CustomEvent("wenbao-reveal"));
  } else {
    trigger("cite", { turn: Number(turn), n: Number(n) });
  }
});
/* Ready to type where there is a keyboard; on a touch screen the keyboard would cover the page. */
const box = () => document.querySelector("#wb-box textarea");
const touch = matchMedia("(pointer: coarse)").matches;
if (!touch) requestAnimationFrame(() => box()?.focus({ preventScroll: true }));
/* While an input method composes Chinese, Enter picks a candidate and must not send the question. */
["keydown", "keypress"].forEach((type) =>
  document.addEventListener(
    type,
    (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229) && event.target.closest?.("#wb-box, #wb-query")) {
        event.stopImmediatePropagation();
      }
    },
    true,
  ),
);
/* The questions stay with the browser tab, to be asked again when the page is loaded again. */
const keep = () => {
  const asked = [...element.querySelectorAll("[data-asked]")].map(({ dataset: { asked, within } }) =>
    within ? [asked, JSON.parse(within)] : asked,
  );
  try {
    sessionStorage.setItem("wenbao-asked", JSON.stringify(asked));
  } catch {
    /* storage is off or full: the conversation ends with the page */
  }
};
let turns = 0;
let following = false;
watch("value", () => {
  const all = element.querySelectorAll(".wb-turn");
  const busy = element.querySelector('[aria-busy="true"]') !== null;
  const fresh = all.length > turns;
  /* Once when the question appears and once when its answer is whole: only then is there room to scroll. */
  if (fresh || (following && !busy)) {
    if (touch) box()?.blur();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    all[all.length - 1]?.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }
  if (fresh) following = true;
  if (!busy) {
    following = false;
    keep();
  }
  turns = all.length;
  sync();
});

/* Runs before the first paint: picks the language and the reader's last choice of light or dark. */
(() => {
  const root = document.documentElement;
  root.dataset.lang = /^zh\b/i.test(navigator.language || "zh") ? "zh" : "en";
  let theme = null;
  try {
    theme = localStorage.getItem("wenbao-theme");
  } catch {
    /* storage is off: follow the system */
  }
  const apply = () => {
    if (theme && document.body) document.body.classList.toggle("dark", theme === "dark");
  };
  const flip = () => {
    theme = document.body.classList.contains("dark") ? "light" : "dark";
    try {
      localStorage.setItem("wenbao-theme", theme);
    } catch {
      /* this page only, then */
    }
    apply();
  };
  /* Gradio sets its class once while it starts; ours comes after it. */
  const start = () => {
    apply();
    new MutationObserver(() => {
      if (theme && document.body.classList.contains("dark") !== (theme === "dark")) apply();
    }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  };
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("click", (event) => {
    if (event.target.closest(".wb-theme")) flip();
  });
})();
/* A filter's form, its values with counts and its chips: what is wanted goes to Python.
   Gives a function to call when the markup was written anew: the keyboard then stays where it was. */
window.wenbaoScope = (element, narrow, widen) => {
  let was = null;
  const place = (button) => {
    const { set, value } = button.dataset;
    if (button.id) return `#${CSS.escape(button.id)}`;
    if (set) return `[data-set="${set}"][data-value="${CSS.escape(value)}"]`;
    if (button.name) return `[name="${button.name}"][value="${CSS.escape(button.value)}"]`;
    return ".wb-opener, .wb-apply";
  };
  const send = (form) => {
    was = document.activeElement && element.contains(document.activeElement) ? place(document.activeElement) : null;
    narrow(Object.fromEntries(new FormData(form)));
  };
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target);
  });
  element.addEventListener("change", (event) => {
    if (event.target.type === "radio") send(event.target.form);
  });
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-drop], [data-set], .wb-opener");
    if (!button) return;
    const { drop, set, value } = button.dataset;
    const scope = element.querySelector(".wb-scope");
    const form = scope.querySelector("form");
    if (drop !== undefined || button.getAttribute("aria-pressed") === "true") {
      was = ".wb-opener, .wb-apply";
      widen(drop ?? set);
    } else if (set) {
      const fields = set === "dates" ? ["date_from", "date_to"] : [set];
      was = place(button);
      const wanted = Object.fromEntries(new FormData(form));
      for (const field of fields) wanted[field] = value;
      narrow(wanted);
    } else {
      button.setAttribute("aria-expanded", String(scope.classList.toggle("open")));
    }
  });
  return () => {
    const found = was && [...element.querySelectorAll(was)].find((button) => button.offsetParent);
    was = null;
    found?.focus({ preventScroll: true });
  };
};

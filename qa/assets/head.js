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

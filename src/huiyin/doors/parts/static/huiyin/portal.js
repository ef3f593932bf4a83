/* What the owners' pages do beyond HTML: a form goes once, time runs, menus close, the app is kept.
   Every page works without it. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* -- a form is sent once, however often one taps; a form that cannot reach us stays as it is */

  const ONCE = 15000; // milliseconds until it may be tried again, should no answer come

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (navigator.onLine === false && document.body.dataset.offline) {
      event.preventDefault();
      tell(document.body.dataset.offline);
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, ONCE);
  });
  addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) delete form.dataset.sent;
  });

  function tell(text) {
    const place = document.querySelector("#trouble");
    if (!place) return;
    const note = document.createElement("div");
    note.className = "hy-note is-late";
    const words = document.createElement("p");
    words.textContent = text;
    note.append(words);
    place.replaceChildren(note);
    clearTimeout(tell.timer);
    tell.timer = setTimeout(() => place.replaceChildren(), 12000);
  }

  /* -- menus close when one taps elsewhere; a choice may send its form */

  document.addEventListener("click", (event) => {
    for (const menu of all("details.my-where[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of all("details.my-where[open]")) menu.open = false;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  /* -- seconds until a button may be pressed: <button data-wait="60" data-wait-words="{n} …"> */

  for (const button of all("button[data-wait]")) {
    const words = button.textContent;
    const until = Date.now() + 1000 * Number(button.dataset.wait);
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? button.dataset.waitWords.replace("{n}", left) : words;
      if (left > 0) setTimeout(tick, 500);
    };
    tick();
  }

  /* -- six figures typed are a code complete */

  for (const code of all("input[data-code]")) {
    code.addEventListener("input", () => {
      const figures = code.value.normalize("NFKC").replace(/\D/g, "");
      if (figures.length === Number(code.dataset.code)) {
        code.value = figures;
        code.form.requestSubmit();
      }
    });
  }

  /* -- what is wrong comes first */

  const wrong = document.querySelector("#main [aria-invalid=true]");
  if (wrong) wrong.focus();

  /* -- the app of the phone: files only, never a page of anybody */

  const worker = document.body.dataset.worker;
  if (worker && "serviceWorker" in navigator) navigator.serviceWorker.register(worker).catch(() => {});
})();

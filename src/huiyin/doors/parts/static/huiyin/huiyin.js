/* What the pages do beyond htmx: keys of the desk, menus, and telling about trouble. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* -- trouble: nothing is swapped away, so that what was typed stays */

  function tell(text) {
    const place = $("#trouble");
    if (!place || !text) return;
    const note = document.createElement("div");
    note.className = "hy-note is-late";
    const words = document.createElement("p");
    words.textContent = text;
    note.append(words);
    place.replaceChildren(note);
    clearTimeout(tell.timer);
    tell.timer = setTimeout(() => place.replaceChildren(), 12000);
  }

  const isPlain = (xhr) => (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 400 && isPlain(xhr)) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = event.detail;
    if (!xhr || xhr.status < 400) return;
    if (event.target.matches(".hy-unread, .hy-quiet")) return;
    if (isPlain(xhr)) tell(xhr.responseText);
    else if (xhr.status === 429) tell(document.body.dataset.tooMany);
    else if (xhr.status !== 409 && xhr.status !== 422) tell(document.body.dataset.fault);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!event.target.matches(".hy-unread, .hy-quiet")) tell(document.body.dataset.offline);
  });

  /* -- lists that ask whether anything is new: 304 leaves them alone */

  document.addEventListener("htmx:configRequest", (event) => {
    const { mark } = event.target.dataset;
    if (mark) event.detail.headers["If-None-Match"] = mark;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt } = event.detail;
    if (xhr.status === 304) event.detail.shouldSwap = false;
    else if (xhr.status === 200 && elt.dataset.mark) elt.dataset.mark = xhr.getResponseHeader("ETag") || "";
  });

  const places = new Map(); // how far somebody had scrolled a list that is drawn anew
  document.addEventListener("htmx:beforeSwap", (event) => {
    for (const list of all("section[id] > .hy-rows", event.detail.target)) {
      places.set(list.parentElement.id, list.scrollTop);
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const list of all("section[id] > .hy-rows", event.detail.target)) {
      list.scrollTop = places.get(list.parentElement.id) || 0;
    }
  });

  /* -- menus and forms in place */

  document.addEventListener("click", (event) => {
    for (const menu of all("details.hy-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const hits = $("#hits");
    if (hits && !event.target.closest(".hy-find")) clearHits();
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches("details.hy-verb") || !event.target.open) return;
    for (const other of all("details.hy-verb[open]")) {
      if (other !== event.target) other.open = false;
    }
    const first = $("textarea, select, input:not([type=hidden])", event.target);
    if (first) first.focus({ preventScroll: false });
  }, true);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.closest("[data-quiet]")) return;
    const wrong = $("#main [aria-invalid=true]");
    if (wrong) wrong.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-prints]")) window.print();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  /* -- the desk: one box that finds, chosen with the arrow keys */

  const box = () => $("#find");
  const options = () => all("#hits [role=option]");

  function clearHits() {
    const hits = $("#hits");
    if (hits) hits.replaceChildren();
    if (box()) {
      box().setAttribute("aria-expanded", "false");
      box().removeAttribute("aria-activedescendant");
    }
  }

  function choose(index) {
    const list = options();
    list.forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    if (list[index]) {
      box().setAttribute("aria-activedescendant", list[index].id);
      list[index].scrollIntoView({ block: "nearest" });
    }
  }

  function keyInBox(event) {
    const list = options();
    const now = list.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!list.length) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose((now + step + list.length) % list.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (list.length) list[Math.max(0, now)].click();
    } else if (event.key === "Escape") {
      clearHits();
    }
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "hits") {
      box().setAttribute("aria-expanded", String(options().length > 0));
      if (options().length) choose(0);
    }
    if (event.target.id === "panel" && !matchMedia("(min-width: 62rem)").matches) {
      event.target.scrollIntoView({ block: "start" });
    }
    if (event.target.id === "household") {
      clearHits();
      const text = $("#new-matter textarea");
      const desk = matchMedia("(min-width: 62rem)").matches;
      if (text && desk) text.focus();
      else $("#household").scrollIntoView({ block: "start" });
    }
  });

  /* -- a form is sent once, however often one taps; htmx looks after its own */

  const ONCE = 10000; // milliseconds until it may be tried again, should no answer come

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, ONCE);
  });
  addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) delete form.dataset.sent;
  });

  /* -- keys: / finds, Alt+1…9 the kind, Ctrl+Enter sends, Escape closes */

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.target === box()) keyInBox(event);
    if (event.key === "/" && box() && !typing(event.target)) {
      event.preventDefault();
      box().focus();
      box().select();
    } else if (event.altKey && !event.ctrlKey && /^Digit[1-9]$/.test(event.code)) {
      const kind = $(`[data-digit="${event.code.slice(5)}"]`);
      if (kind) {
        event.preventDefault();
        kind.checked = true;
        kind.dispatchEvent(new Event("change", { bubbles: true }));
        const text = $("#new-matter textarea");
        if (text && !text.value) text.focus();
      }
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else if (event.key === "Escape") {
      for (const menu of all("details.hy-menu[open]")) menu.open = false;
    }
  });
})();

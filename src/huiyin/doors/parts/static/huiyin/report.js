/* The page behind a sticker: words of danger show the telephone while one types; sent only once. */
(() => {
  "use strict";
  const alarm = document.querySelector("[data-alarm]");
  const text = document.querySelector("textarea[name=text]");
  if (alarm && text) {
    const words = alarm.dataset.alarm.split("|");
    const look = () => {
      const typed = text.value.toLowerCase();
      alarm.hidden = !words.some((word) => typed.includes(word));
    };
    text.addEventListener("input", look);
    look();
  }
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", () => {
      const button = form.querySelector("button[type=submit]");
      // After the form was read, so that nothing of it is left out.
      setTimeout(() => { button.disabled = true; }, 0);
      setTimeout(() => { button.disabled = false; }, 15000);
    });
  }
})();

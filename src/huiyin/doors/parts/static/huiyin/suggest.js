/* Proposals beside a text: adopt a kind (also Alt+0), put a known answer into a reply. */
(() => {
  "use strict";

  function adopt(button) {
    const form = document.querySelector("#new-matter");
    const radios = form ? [...form.querySelectorAll("input[name=kind]")] : [];
    const kind = radios.find((one) => one.value === button.dataset.adopt);
    if (!kind) return;
    kind.checked = true;
    kind.dispatchEvent(new Event("change", { bubbles: true }));
    kind.focus();
  }

  function fill(button) {
    const box = document.querySelector(button.dataset.fill);
    if (!box) return;
    const before = box.value.trim();
    box.value = before ? `${before}\n${button.dataset.text}` : button.dataset.text;
    box.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-adopt], [data-fill]");
    if (!button) return;
    if (button.dataset.adopt) adopt(button);
    else fill(button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !event.altKey || event.ctrlKey || event.code !== "Digit0") return;
    const button = document.querySelector("#suggestion [data-adopt]");
    if (!button) return;
    event.preventDefault();
    adopt(button);
  });
})();

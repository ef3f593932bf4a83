// Renews the columns every two seconds; forms stand outside them and keep what is typed.
const list = document.getElementById("list");
let shown = "";

async function renew() {
  try {
    const answer = await fetch(list.dataset.from, { cache: "no-store" });
    const text = await answer.text();
    if (answer.ok && text !== shown) {
      const places = [...list.querySelectorAll(".screen")].map((one) => one.scrollTop);
      if (shown) list.innerHTML = text;
      list.querySelectorAll(".screen").forEach((one, index) => (one.scrollTop = places[index]));
      shown = text;
    }
  } catch {
    // the providers stopped; the next time tells
  }
  setTimeout(renew, 2000);
}

renew();

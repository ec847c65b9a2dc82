/* Follows a reading of a file: asks the page of its state now and then, and loads the whole page when it has ended.
   Without JavaScript the page says to load it again. */
"use strict";

(() => {
  const box = document.querySelector("[data-reading]");
  if (!box) return;
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-words]");
  const hint = box.querySelector("[data-without-script]");
  if (hint) hint.hidden = true;

  const look = async () => {
    let wait = 1500;
    try {
      const answer = await fetch(box.dataset.reading, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      if (said.state !== "reading") {
        window.location.reload();
        return;
      }
      if (said.total) {
        bar.max = said.total;
        bar.value = said.done;
      }
      words.textContent = said.words;
    } catch (error) {
      wait = 6000; // the network or the office; the next time may be better
    }
    window.setTimeout(look, wait);
  };

  window.setTimeout(look, 800);
})();

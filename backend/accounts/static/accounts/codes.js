"use strict";
// Counts down what is left of the code, and takes it off the page when its time is over.
(function () {
  const section = document.querySelector("[data-seconds]");
  if (!section) return;
  const left = section.querySelector("[data-left]");
  const end = performance.now() + Number(section.dataset.seconds) * 1000;
  function show() {
    const seconds = Math.ceil((end - performance.now()) / 1000);
    if (seconds <= 0) {
      section.querySelector("[data-code]").remove();
      section.querySelector("[data-over]").hidden = false;
      return;
    }
    left.textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
    setTimeout(show, 500);
  }
  show();
})();

"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const tip = $("tip");
  const pinned = $("pinned");

  // What browsers would show by themselves is shown at once, and where there is room.
  const takeTitles = (root) => {
    for (const title of root.querySelectorAll("svg title")) {
      title.parentNode.dataset.tip = title.textContent;
      title.remove();
    }
  };

  const showTip = (of, x, y) => {
    tip.textContent = of.dataset.tip;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const left = Math.max(8, Math.min(x + 14, innerWidth - box.width - 8));
    const below = y + 18 + box.height < innerHeight;
    tip.style.left = left + "px";
    tip.style.top = (below ? y + 18 : Math.max(8, y - box.height - 12)) + "px";
  };
  const hideTip = () => { tip.hidden = true; };
  document.addEventListener("pointermove", (e) => {
    const of = e.target.closest && e.target.closest("[data-tip]");
    if (of) showTip(of, e.clientX, e.clientY); else hideTip();
  });
  document.addEventListener("focusin", (e) => {
    const of = e.target.matches("a[data-layout]") && e.target.querySelector("[data-tip]");
    if (!of) return hideTip();
    const box = of.getBoundingClientRect();
    showTip(of, box.right, box.bottom);
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") hideTip();
    const at = e.target.closest && e.target.closest(".best a");
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (!at || !step) return;
    const all = [...at.parentNode.querySelectorAll("a")];
    const next = all[all.indexOf(at) + step];
    if (next) next.focus();
    e.preventDefault();
  });

  const same = (of, layout, load) => of.dataset.layout === layout && of.dataset.load === load;
  const sections = () => [...pinned.querySelectorAll(".layout")];

  // Shows one layout's section, which may have to be made first.
  let detailsOf = () => null;
  const pin = (layout, load, scroll) => {
    let shown = sections().find((s) => same(s, layout, load));
    if (!shown) {
      const markup = detailsOf(layout, load);
      if (!markup) return false;
      pinned.insertAdjacentHTML("beforeend", markup);
      shown = pinned.lastElementChild;
      takeTitles(shown);
    }
    for (const s of sections()) s.hidden = s !== shown;
    mark(layout, load);
    if (scroll) pinned.scrollIntoView({ block: "start" });
    return true;
  };
  const mark = (layout, load) => {
    for (const of of document.querySelectorAll("[data-layout]")) {
      const on = same(of, layout, load);
      of.classList.toggle("on", on);
      if (of.matches("a, button")) {
        if (on) of.setAttribute("aria-current", "true"); else of.removeAttribute("aria-current");
      }
    }
  };

  const copy = async (button) => {
    const code = button.parentNode.querySelector("code");
    let done = true;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Selected";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  };

  document.addEventListener("click", (e) => {
    const button = e.target.closest(".copy");
    if (button) return copy(button);
    const of = e.target.closest("a[data-layout], circle[data-layout], .pin");
    if (!of) return;
    e.preventDefault();
    pin(of.dataset.layout, of.dataset.load, of.matches(".pin"));
  });

  takeTitles(document);
  const first = sections()[0];
  if (first) pin(first.dataset.layout, first.dataset.load, false);
})();

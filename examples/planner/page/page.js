"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const tip = $("tip");
  const pinned = $("pinned");

  // What browsers would show by themselves is shown at once, and where there is room.
  const takeTitles = (root) => {
    for (const link of root.querySelectorAll("svg a[aria-label]")) {
      link.firstElementChild.dataset.tip = link.getAttribute("aria-label");
    }
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

  // basE91 of 91 characters that need no escape, as the planner writes it.
  const bytesOf = (text) => {
    const digit = (c) => c - 33 - (c > 34) - (c > 60) - (c > 92);
    const bytes = [];
    let first = -1;
    let left = 0;
    let bits = 0;
    for (let i = 0; i < text.length; ++i) {
      const d = digit(text.charCodeAt(i));
      if (first < 0) {
        first = d;
        continue;
      }
      const v = first + 91 * d;
      left |= v << bits;
      bits += (v & 8191) > 88 ? 13 : 14;
      for (; bits > 7; bits -= 8, left >>= 8) bytes.push(left & 255);
      first = -1;
    }
    if (first >= 0) bytes.push((left | first << bits) & 255);
    return new Uint8Array(bytes);
  };

  // The estimator: JSON in, JSON out.
  const start = async (text) => {
    const bytes = bytesOf(text);
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const module = await new Response(plain).arrayBuffer();
    const { instance } = await WebAssembly.instantiate(module, {});
    const run = instance.exports;
    run._initialize();
    return (request) => {
      const asked = new TextEncoder().encode(JSON.stringify(request));
      const at = run.room(asked.length);
      new Uint8Array(run.memory.buffer, at, asked.length).set(asked);
      const begin = run.answer();
      return JSON.parse(new TextDecoder().decode(
        new Uint8Array(run.memory.buffer, begin, run.answer_size())));
    };
  };

  const useSliders = (ask, question, form) => {
    const inputs = [...form.querySelectorAll("input")];
    const shows = (input) => input.dataset.shown.split("|")[input.value];
    const moved = () => {
      const values = { question };
      for (const input of inputs) {
        if (input.value !== input.defaultValue) {
          values[input.dataset.option] = input.dataset.values.split("|")[input.value];
        }
      }
      return values;
    };
    detailsOf = (layout, load) => ask({ ...moved(), layout, load }).details;
    const loadNow = () => {
      const input = inputs.find((i) => i.dataset.option === "--concurrency");
      return input.dataset.values.split("|")[input.value];
    };
    let loadBefore = loadNow();
    const update = () => {
      const begun = performance.now();
      const answer = ask(moved());
      $("status").textContent = answer.error || "";
      if (answer.error) return;
      for (const [id, markup] of Object.entries(answer)) $(id).innerHTML = markup;
      takeTitles($("frontier"));
      // What is pinned stays so, at the new load where it was at the one asked for.
      const old = sections().find((s) => !s.hidden);
      const load = loadNow();
      const next = old && { layout: old.dataset.layout,
        load: old.dataset.load === loadBefore ? load : old.dataset.load };
      loadBefore = load;
      pinned.textContent = "";
      if (next) pin(next.layout, next.load, false);
      const took = performance.now() - begun;
      $("status").textContent = "Estimated anew in " + took.toFixed(0) + " ms.";
    };
    let waiting = false;
    const later = () => {
      for (const input of inputs) {
        input.previousElementSibling.textContent = shows(input);
        input.setAttribute("aria-valuetext", shows(input));
      }
      if (waiting) return;
      waiting = true;
      setTimeout(() => { waiting = false; update(); }, 30);
    };
    form.addEventListener("input", later);
    form.addEventListener("reset", () => setTimeout(later));
    form.addEventListener("submit", (e) => e.preventDefault());
    form.hidden = false;
    document.documentElement.dataset.ready = "true";
    window.shardlinePage = { ask, question };
  };

  takeTitles(document);
  const data = $("data") && JSON.parse($("data").textContent);
  const form = $("sliders");
  if (data && form) {
    form.reset();
    start(data.module).then(
      (ask) => useSliders(ask, data.question, form),
      (e) => { form.insertAdjacentText("afterend", "No sliders: " + e.message); });
  }
  const first = sections()[0];
  if (first) pin(first.dataset.layout, first.dataset.load, false);
})();

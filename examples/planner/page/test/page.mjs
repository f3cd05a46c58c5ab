// SPDX-License-Identifier: BSL-1.0
// node page.mjs <shardline-plan> <chromium> <folder to work in> [<axe.min.js>]
// Writes pages of searches, opens one in a browser, and holds it to what the command line says.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Browser } from "./browser.mjs";

const [plan, chromium, folder, axe] = process.argv.slice(2);
const here = mkdtempSync(join(resolve(folder), "page-"));
const most = 400_000;
let checks = 0;
const faults = [];
const check = (holds, what) => {
  ++checks;
  if (!holds) faults.push(what);
};

const search = ["--model", "llama-3.1-70b", "--accelerator", "h100-sxm", "--gpus", "8",
  "--input", "2048", "--output", "512", "--engine", "vllm", "--top", "5"];
const page = (name, options) => {
  const file = join(here, name + ".html");
  const text = execFileSync(plan, ["search", ...search, ...options, "--html", file],
    { encoding: "utf8" });
  return { file, text, markup: readFileSync(file, "utf8") };
};
// Of a page's text, what stands in the element with this id.
const partOf = (markup, id) => {
  const begin = markup.indexOf(`<div id="${id}">`) + `<div id="${id}">`.length;
  return markup.slice(begin);
};

const asked = page("asked", ["--concurrency", "64"]);
const busier = page("busier", ["--concurrency", "256"]);
const rate = "4020000000000";  // 1.2 times that of an H100
const faster = page("faster", ["--concurrency", "64", "--set", "memory_rate=" + rate]);
// Both of a page's commands can be typed, with options that have no value among them.
const flagged = page("flagged", ["--concurrency", "64", "--eager", "--frontier"]);
for (const task of ["search", "estimate"]) {
  const command = flagged.markup.match(new RegExp(`<code>(shardline-plan ${task} [^<]*)</code>`))?.[1];
  check(command?.includes("--eager --"), `no ${task} with its options: ${command}`);
  execFileSync(plan, command.split(" ").slice(1));
}
// A layout's launch is what the command line says of it.
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
  .replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
const priced = asked.markup.match(/<code>shardline-plan estimate ([^<]*)<\/code>/)?.[1];
const launched = execFileSync(plan, ["launch", ...priced.split(" ")], { encoding: "utf8" });
check(launched.includes("vllm serve") && asked.markup.includes(`<code>${escaped(launched)}</code>`),
  `launch differs from the command line's: ${launched}`);
// A queue without end is said so, as on the command line.
const flooded = page("flooded", ["--rate", "3"]).markup;
check(flooded.includes("grows without end") && !flooded.includes("TTFT inf"), "an endless wait");

// Percentiles that were promised, and asked for, stand there as on the command line.
const promised = page("promised", ["--concurrency", "64", "--p99-ttft", "5s"]);
const simulatedRow = promised.text.split("simulated step by step")[1].split("\n")[2];
const percentiles = simulatedRow.trim().split(/ {2,}/).slice(1);  // TTFT p50, p99, TPOT, requests/s
const simulatedTable = promised.markup.split("Simulated step by step, seed 1")[2] ?? "";
const firstRow = simulatedTable.split("<tbody>")[1]?.split("</tr>")[0] ?? "";
check(percentiles.length === 5 && percentiles.every((cell) => firstRow.includes(`>${cell}</td>`)),
  `percentiles ${percentiles} are not those of ${firstRow}`);

check(statSync(asked.file).size <= most, `the page has ${statSync(asked.file).size} bytes`);

const browser = Browser.start(chromium, join(here, "profile"));
try {
  await browser.open(pathToFileURL(asked.file).href);
  await browser.until("document.documentElement?.dataset.ready === 'true'", "sliders");

  // What WebAssembly makes of the question is what the planner wrote, letter for letter.
  const ids = ["inputs", "frontier", "counts", "frontier-table", "ranking", "refused"];
  const same = async (change, written, which) => {
    const parts = await browser.run(
      `shardlinePage.ask({question: shardlinePage.question, ...${JSON.stringify(change)}})`);
    check(!parts.error, String(parts.error));
    for (const id of which) {
      check(parts[id] && partOf(written.markup, id).startsWith(parts[id]),
        `${id} differs from the command line's with ${JSON.stringify(change)}`);
    }
  };
  await same({}, asked, ids);
  await same({ "--concurrency": "256" }, busier, ids);
  await same({ "--set memory_rate": rate }, faster, ids.slice(1));
  const pinned = "document.querySelector('#pinned .layout:not([hidden])')";
  const details = await browser.run(`shardlinePage.ask({question: shardlinePage.question,
    layout: ${pinned}.dataset.layout, load: ${pinned}.dataset.load}).details`);
  check(asked.markup.includes(details), "details differ from the command line's");

  // The ranking has the figures of the search's text, and a command its own.
  const rows = await browser.run(
    "[...document.querySelectorAll('#ranking tbody tr')].map(r => [...r.cells].map(c => c.textContent))");
  check(rows.length > 0, "the ranking is empty");
  for (const cells of rows) {
    const line = asked.text.split("\n").find((l) => l.trim().startsWith(cells[0] + "  "));
    for (const cell of cells) check(line?.includes(cell), `ranking: "${cell}" is not in: ${line}`);
  }
  const agrees = async () => {
    const command = await browser.run(
      `[...${pinned}.querySelectorAll('code')].map(c => c.textContent).find(t => t.startsWith('shardline-plan'))`);
    const printed = execFileSync(plan, command.split(" ").slice(1), { encoding: "utf8" });
    const figures = await browser.run(
      `[...${pinned}.querySelectorAll('.key dd')].map(d => d.firstChild.textContent)`);
    for (const [name, i] of [["output per GPU", 0], ["time to first token", 2],
      ["time per output token", 3], ["output", 5]]) {
      const line = printed.split("\n").find((l) => l.trim().startsWith(name + "  "));
      check(line?.includes(figures[i]), `${name}: "${figures[i]}" is not in: ${line}`);
    }
    const times = await browser.run(
      `[...${pinned}.querySelectorAll('.bar.thin')].map(b => { const c = b.closest('tr').cells; return [c[0].textContent, c[2].textContent]; })`);
    check(times.length > 10, "no times of operators");
    for (const [name, time] of times) {
      check(printed.split("\n").some((l) => l.includes(name) && l.includes(time)),
        `${name} ${time} is not printed by: ${command}`);
    }
  };
  await agrees();

  // Charts are drawn, and points answer to the pointer.
  const circles = await browser.run(
    "[...document.querySelectorAll('svg circle')].filter(c => c.getBoundingClientRect().width > 4).length");
  check(circles > 20, `${circles} points are drawn`);
  const place = (selector) => browser.run(`(() => { const e = document.querySelector('${selector}');
    e.scrollIntoView({block: 'center', behavior: 'instant'}); const b = e.getBoundingClientRect();
    return {x: b.x + b.width / 2, y: b.y + b.height / 2}; })()`);
  const click = async (selector) => {
    const at = await place(selector);
    await browser.mouse("mousePressed", at, { button: "left", clickCount: 1 });
    await browser.mouse("mouseReleased", at, { button: "left", clickCount: 1 });
  };
  await browser.mouse("mouseMoved", await place(".best a:first-of-type circle"));
  const tip = await browser.run("document.getElementById('tip').hidden ? '' : document.getElementById('tip').textContent");
  check(/tokens\/s per GPU/.test(tip), `hovering shows "${tip}"`);
  // One that no other point lies on.
  await place("#frontier .plot");
  await browser.run(`[...document.querySelectorAll('.refused circle')].find(c => {
    const b = c.getBoundingClientRect();
    return document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2) === c;
  })?.setAttribute('data-free', '')`);
  await browser.mouse("mouseMoved", await place("[data-free]"));
  const refusal = await browser.run("document.getElementById('tip').textContent");
  check(/refused: .*(required|divide|and)/.test(refusal), `hovering a refused one shows "${refusal}"`);
  const before = await browser.run(pinned + ".dataset.load");
  await click(".best a:first-of-type circle");
  const after = await browser.run(pinned + ".dataset.load");
  check(before !== after, "a click pins nothing");
  check(await browser.run(pinned + ".querySelectorAll('.card').length") >= 6, "details are missing");
  await agrees();

  // Copy.
  await browser.send("Browser.grantPermissions", { permissions: ["clipboardReadWrite", "clipboardSanitizedWrite"] })
    .catch(() => {});
  await browser.run(pinned + ".querySelector('.copy').setAttribute('data-test', '')");
  await click("[data-test]");
  await browser.until("document.querySelector('[data-test]').textContent === 'Copied'", "a copy");

  // A slider that is moved by the keyboard changes the page as the command line would.
  await browser.run("document.querySelector('[data-option=\"--concurrency\"]').focus()");
  for (let i = 0; i < 2; ++i) {
    for (const type of ["keyDown", "keyUp"]) {
      await browser.send("Input.dispatchKeyEvent",
        { type, key: "ArrowRight", code: "ArrowRight", windowsVirtualKeyCode: 39 });
    }
  }
  await browser.until("/--concurrency 256/.test(document.getElementById('inputs').textContent)", "a slider");
  for (const id of ids.slice(2)) {
    const [live, written] = await browser.run(`(() => { const t = document.createElement('template');
      t.innerHTML = ${JSON.stringify(busier.markup)}; const at = t.content.getElementById('${id}');
      return [document.getElementById('${id}').textContent, at.textContent]; })()`);
    check(live === written, `${id} after a slider differs from the command line's`);
  }
  await agrees();

  // No page is wider than its window; nothing serious in the way of those who cannot see it well.
  const named = [];
  for (const theme of ["light", "dark"]) {
    await browser.send("Emulation.setEmulatedMedia",
      { features: [{ name: "prefers-color-scheme", value: theme }] });
    for (const width of [390, 820, 1920]) {
      await browser.send("Emulation.setDeviceMetricsOverride",
        { width, height: 900, deviceScaleFactor: 1, mobile: false });
      const wide = await browser.run("document.documentElement.scrollWidth");
      check(wide <= width, `${wide} pixels wide in a window of ${width}`);
      if (process.env.SCREENSHOTS) {
        const { data } = await browser.send("Page.captureScreenshot", { captureBeyondViewport: true });
        writeFileSync(join(process.env.SCREENSHOTS, `${width}-${theme}.png`), data, "base64");
      }
    }
    if (axe && existsSync(axe)) {
      await browser.run(readFileSync(axe, "utf8") + ";0");
      named.push(...await browser.run(`axe.run().then(r => r.violations
        .filter(v => v.impact === 'serious' || v.impact === 'critical')
        .map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' ; ')))`));
    }
  }
  for (const violation of named) check(false, "axe: " + violation);
  if (!axe || !existsSync(axe)) console.log("axe-core is not there: accessibility was not checked");

  // Nothing went wrong, and nothing was fetched.
  for (const { method, params } of browser.heard) {
    if (method === "Runtime.exceptionThrown") check(false, "exception: " + JSON.stringify(params));
    if (method === "Runtime.consoleAPICalled") check(false, "console: " + JSON.stringify(params.args));
    if (method === "Log.entryAdded") check(false, "log: " + params.entry.text);
    if (method === "Network.requestWillBeSent") {
      const url = params.request.url;
      check(url === pathToFileURL(asked.file).href || /^(data|blob):/.test(url), "request: " + url);
    }
  }
} finally {
  await browser.close();
  rmSync(here, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
console.log(`${checks} checks, ${faults.length} failed`);
process.exit(faults.length > 0 ? 1 : 0);

// SPDX-License-Identifier: BSL-1.0
// Chromium without a window, driven over a pipe by the DevTools protocol: nothing else is needed.
import { spawn } from "node:child_process";

export class Browser {
  static start(program, profile) {
    const child = spawn(program, ["--headless=new", "--no-sandbox", "--disable-gpu",
      "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
      `--user-data-dir=${profile}`, "--remote-debugging-pipe", "about:blank"],
      { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    return new Browser(child);
  }

  constructor(child) {
    this.child = child;
    this.next = 1;
    this.waiting = new Map();
    this.heard = [];
    this.text = "";
    child.stdio[4].setEncoding("utf8");
    child.stdio[4].on("data", (text) => this.#read(text));
    child.on("exit", () => {
      for (const { reject } of this.waiting.values()) reject(new Error("the browser ended"));
    });
  }

  #read(text) {
    this.text += text;
    for (let end = this.text.indexOf("\0"); end >= 0; end = this.text.indexOf("\0")) {
      const message = JSON.parse(this.text.slice(0, end));
      this.text = this.text.slice(end + 1);
      const asked = this.waiting.get(message.id);
      if (!asked) {
        this.heard.push(message);
        continue;
      }
      this.waiting.delete(message.id);
      if (message.error) asked.reject(new Error(JSON.stringify(message.error)));
      else asked.resolve(message.result);
    }
  }

  send(method, params = {}) {
    const id = this.next++;
    const message = { id, method, params };
    if (this.session) message.sessionId = this.session;
    this.child.stdio[3].write(JSON.stringify(message) + "\0");
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  async open(url) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    this.session = sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await this.send(domain + ".enable");
    await this.send("Page.navigate", { url });
  }

  async run(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate",
      { expression, awaitPromise: true, returnByValue: true, userGesture: true });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  async until(expression, what) {
    for (let tries = 0; tries < 300; ++tries) {
      if (await this.run(expression)) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error("never happened: " + what);
  }

  async mouse(type, at, more = {}) {
    await this.send("Input.dispatchMouseEvent", { type, x: at.x, y: at.y, ...more });
  }

  async close() {
    this.session = undefined;
    const ended = new Promise((done) => this.child.on("exit", done));
    await this.send("Browser.close").catch(() => {});
    await ended;
  }
}

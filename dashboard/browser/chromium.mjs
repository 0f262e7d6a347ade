/** A real headless Chromium that keeps to this machine. CHROMIUM names another one. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: QUIET });

/** What is wrong with a page, collected while it is open. */
export class Faults {
  found = new Set();
  /** While a server is stopped, or refuses, on purpose: then the console tells of it. */
  expected = false;

  watch(page, origin) {
    page.on('request', (request) => {
      if (!request.url().startsWith(origin)) this.found.add(`a request to ${request.url()}`);
    });
    page.on('pageerror', (error) => this.found.add(`an error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !this.expected) this.found.add(`the console: ${message.text()}`);
    });
  }

  async accessibility(page, what) {
    // By evaluation in the page, which its policy does not forbid to the tool.
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const { violations } = await page.evaluate(() => window.axe.run());
    for (const { impact, id, nodes } of violations) {
      this.found.add(`axe, ${what}: ${impact} ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
    }
  }
}

/** Runs tests in their order, tells of each, and returns how many failed. */
export async function run(tests, onFailure = async () => {}) {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log(`ok      ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}\n${error.message}`);
      await onFailure(failed);
    }
  }
  return failed;
}

/**
 * The built page in a real headless Chromium, before a made-up server of 10,000 services: behaviour,
 * accessibility by axe, the strict Content-Security-Policy, no request to another host. With
 * --pictures DIRECTORY it keeps screenshots. CHROMIUM names the browser.
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Model } from '../fixture/model.mjs';
import { serve } from '../fixture/server.mjs';
import { Faults, launch, run } from './chromium.mjs';

const at = process.argv.indexOf('--pictures');
const pictures = at < 0 ? null : process.argv[at + 1];

const model = new Model(10_000);
const [first, second, third] = ['shop.customer0042.example', 'api.customer0007.example', 'www.customer0311.example'];
model.event(null, 'start', 'ams1', '', '', 'version 0.1.0');
model.fail(second);
model.recover(second);
let server = await serve(model);
const port = server.port;

const browser = await launch();
const faults = new Faults();

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  faults.watch(page, server.url);
  await page.goto(server.url);
  await page.getByRole('link', { name: second }).first().waitFor();
  return page;
}

async function picture(page, name) {
  if (pictures) {
    await mkdir(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  }
}

const page = await open();
page.setDefaultTimeout(8_000);

const tests = {
  async 'the overview turns when a service fails over'() {
    await page.getByText('1 service not on the first pool').waitFor();
    server.tell(model.fail(first));
    await page.getByText('2 services not on the first pool').waitFor();
    await page.getByText('ams is not available').first().waitFor();
    server.tell(model.fail(third));
    await page.getByText('3 services not on the first pool').waitFor();
    await faults.accessibility(page, 'overview');
    await picture(page, 'dashboard-overview');
  },
  async 'ten thousand services are searched, and few of them drawn'() {
    await page.keyboard.press('/');
    await page.locator('#search:focus').waitFor();
    assert.ok((await page.locator('[role=row]').count()) < 60);
    await page.keyboard.type('customer0311 www');
    await page.getByText('1 services shown').waitFor({ state: 'attached' });
    await page.locator('#search').fill('198.18.64.1');
    assert.ok((await page.locator('[role=row]').count()) > 1);
    await page.locator('#search').fill('');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.locator('[data-index="9999"]:focus').waitFor();
    await page.keyboard.press('Home');
    await page.locator('[data-index="0"]:focus').waitFor();
    await page.keyboard.press('ArrowUp');
    await page.locator('#search:focus').waitFor();
  },
  async 'a service shows why, and what was'() {
    await page.goto(`${server.url}#/service/${first}`);
    await page.getByRole('heading', { name: first }).waitFor();
    await page.getByRole('list', { name: 'Endpoints of ams' }).waitFor();
    assert.equal(await page.getByText('0 of 2 healthy', { exact: true }).count(), 1);
    await page.locator('.u-over').first().waitFor();
    await page.getByText('connection refused, 3 failures in a row').waitFor();
    await faults.accessibility(page, 'service');
    await picture(page, 'dashboard-service');
    await page.locator('#trends').scrollIntoViewIfNeeded();
    await page.evaluate(() => document.querySelector('#trends').scrollIntoView());
    await page.evaluate(() => scrollBy(0, -70));
    await picture(page, 'dashboard-trends');
  },
  async 'what each vantage found is side by side, or why nothing is known'() {
    const check = page.getByRole('region', { name: 'Probes of ams/ams1, http :80 /healthz' });
    await check.getByText('told 9 s ago').waitFor();
    assert.equal(await check.locator('.u-over').count(), 3);
    assert.equal(await check.getByRole('img', { name: /^The last 10 probes/ }).count(), 3);
    assert.equal(await check.getByRole('img', { name: /probes from nyc1/ }).count(), 1);
    await check.getByText('No results here: it is absent: its lease has ended.').waitFor();
    await page.getByLabel('Plots of').selectOption('fra1');
    await check.locator('.u-over').nth(1).waitFor({ state: 'detached' });
    assert.equal(await check.locator('.u-over').count(), 1);
    assert.equal(await check.getByRole('img', { name: /^The last 10 probes/ }).count(), 3);
    await page.getByRole('button', { name: 'Show all 4 checks' }).click();
    await page.getByRole('region', { name: 'Probes of fra/fra2' }).waitFor();
    model.trouble = 'the others are not asked: too many look';
    await page.getByText(model.trouble).waitFor({ timeout: 15_000 });
    delete model.trouble;
    await faults.accessibility(page, 'vantages');
  },
  async 'an operator drains an endpoint, with a reason'() {
    await page.goto(`${server.url}#/service/${third}`);
    await page.getByRole('button', { name: 'Drain fra1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Yes, drain' }).click();
    assert.equal(await dialog.isVisible(), true, 'a reason is required');
    await dialog.getByLabel('Reason').fill('kernel update');
    await dialog.getByLabel('Your name').fill('alice');
    await faults.accessibility(page, 'dialog');
    await picture(page, 'dashboard-action');
    await dialog.getByRole('button', { name: 'Yes, drain' }).click();
    await page.getByText('by alice: kernel update').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(model.said(`${third}/fra/fra1`)[0].state, 'drain');
  },
  async 'an operator approves a failback by keyboard'() {
    await page.goto(`${server.url}#/service/${second}`);
    await page.getByRole('button', { name: 'Fail back' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Your name').fill('alice');
    await page.keyboard.press('Enter');
    await page.locator('.badge').filter({ hasText: 'serving' }).first().waitFor();
    assert.equal(model.services.get(second).pool, 'ams');
  },
  async 'what waits for a second approver leads there, and is approved by another'() {
    const target = `${second}/ams`;
    server.tell(model.ask(target, 'drain', 'new kernel', 'alice'));
    await page.goto(`${server.url}#/`);
    const announced = page.getByRole('region', { name: 'Asked for, planned, tried' });
    await announced.getByRole('link', { name: target }).waitFor();
    await faults.accessibility(page, 'announced');
    await announced.getByRole('link', { name: target }).click();
    await page.getByText(/drain by alice \(new kernel\), waits for an approval until/).waitFor();
    await picture(page, 'dashboard-approval');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('alice asked for “drain”').waitFor();
    await page.getByLabel('Your name').fill('alice');
    faults.expected = true;
    await page.getByRole('button', { name: 'Yes, approve' }).click();
    await page.getByText('Not done: alice asked for it: somebody else must approve it').waitFor();
    faults.expected = false;
    await faults.accessibility(page, 'approval');
    await page.getByLabel('Your name').fill('bob');
    await page.getByRole('button', { name: 'Yes, approve' }).click();
    await page.getByText(/drain by alice \(new kernel\), approved by bob, until it is cleared/).waitFor();
    assert.equal(model.said(target)[0].approver, 'bob');
  },
  async 'a drill is ended, and a plan called off'() {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    model.override(`${second}/ams/ams1`, 'down', 'try it', 'alice', { purpose: 'drill', expires: soon });
    server.tell(model.override(`${second}/fra`, 'drain', 'new switches', 'bob', { purpose: 'maintenance', in_force: false, starts: soon }));
    await page.getByRole('button', { name: 'End now' }).click();
    await page.getByText('End the drill of').waitFor();
    await page.getByRole('button', { name: 'Yes, end' }).click();
    await page.getByText('drill: down by alice').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Call off' }).click();
    await page.getByRole('button', { name: 'Yes, call off' }).click();
    await page.getByText('maintenance: drain by bob').waitFor({ state: 'detached' });
    assert.deepEqual(model.said(`${second}/fra`), []);
    await page.locator('#main:focus').waitFor();
  },
  async 'what was decided meanwhile is told before anything is done, and the reason is kept'() {
    await page.goto(`${server.url}#/service/${third}`);
    await page.getByRole('button', { name: 'ams2 down' }).click();
    await page.getByLabel('Reason').fill('burnt');
    await page.getByLabel('Your name').fill('alice');
    server.tell(model.override(`${third}/ams/ams1`, 'drain', 'kernel', 'bob'));
    faults.expected = true;
    await page.getByRole('button', { name: 'Yes, down' }).click();
    await page.getByText('something was decided since you opened this').waitFor();
    faults.expected = false;
    await page.getByRole('dialog').getByText(/ams\/ams1: drain by bob \(kernel\)/).waitFor();
    await faults.accessibility(page, 'decided otherwise');
    assert.deepEqual(model.said(`${third}/ams/ams2`), []);
    assert.equal(await page.getByLabel('Reason').inputValue(), 'burnt');
    await page.getByRole('button', { name: 'Yes, down' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(model.said(`${third}/ams/ams2`)[0].reason, 'burnt');
  },
  async 'a refusal is told in the words of the server'() {
    server.tell(model.recover(first));
    await page.goto(`${server.url}#/service/${first}`);
    await page.getByRole('button', { name: 'Fail back' }).click();
    await page.getByLabel('Your name').fill('alice');
    // What the server learns without its being decided otherwise.
    model.failback(first, 'bob');
    model.services.get(first).version--;
    faults.expected = true;
    await page.getByRole('button', { name: 'Yes, fail back' }).click();
    await page.getByText('Not done: there is nothing to approve').waitFor();
    faults.expected = false;
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    server.tell(model.fail(first));
  },
  async 'the cluster is shown'() {
    await page.goto(`${server.url}#/cluster`);
    await page.getByText('has not the latest epoch yet').waitFor();
    await faults.accessibility(page, 'cluster');
    await picture(page, 'dashboard-cluster');
  },
  async 'a lost connection is told, and regained'() {
    await page.goto(`${server.url}#/`);
    await page.getByText('live', { exact: true }).waitFor();
    faults.expected = true;
    await server.close();
    await page.getByText('The server cannot be reached.').waitFor();
    await page.getByText(/^It is as of/).waitFor();
    await faults.accessibility(page, 'lost');
    await picture(page, 'dashboard-lost');
    model.recover(third);
    server = await serve(model, port);
    await page.getByText('live', { exact: true }).waitFor({ timeout: 20_000 });
    await page.getByText('The server cannot be reached.').waitFor({ state: 'detached' });
    await page.getByText('ready to fail back').first().waitFor();
    faults.expected = false;
  },
};

const failed = await run(tests, (count) => picture(page, `failed-${count}`));

for (const [name, options] of [
  ['dark', { colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 844 } }],
]) {
  const other = await open(options);
  await picture(other, `dashboard-${name}`);
  for (const place of ['#/', `#/service/${first}`, '#/cluster']) {
    await other.goto(`${server.url}${place}`);
    await other.waitForTimeout(500);
    await faults.accessibility(other, `${name} ${place}`);
    const wide = await other.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) faults.found.add(`${name} ${place}: ${wide} pixels too wide`);
    if (place.includes('service')) await picture(other, `dashboard-${name}-service`);
  }
}

await browser.close();
await server.close();
faults.found.forEach((each) => console.log(`WRONG   ${each}`));
process.exit(failed + faults.found.size > 0 ? 1 : 0);

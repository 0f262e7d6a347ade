/**
 * The page of a real server with real backends, in a real headless Chromium: a backend is killed and
 * the page turns, an operator drains, drills and approves a failback, the connection is lost and regained.
 * The argument is the program: node browser/live.mjs .../bin/detour
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createListener } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Faults, launch, run } from './chromium.mjs';

const program = process.argv[2];
assert.ok(program, 'expected the path of bin/detour');
const SERVICE = 'www.example.com';
const GUARDED = 'db.example.com';

const freePort = () =>
  new Promise((resolve) => {
    const listener = createListener().listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });

function backend(address, port) {
  const server = createServer((_, response) => response.end('ok'));
  return new Promise((resolve) => {
    server.listen(port, address, () =>
      resolve({
        kill: () => {
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        },
      }),
    );
  });
}

const directory = await mkdtemp(join(tmpdir(), 'detour-page-'));
const [web, http, dns] = [await freePort(), await freePort(), await freePort()];
const origin = `http://127.0.0.1:${http}/`;
const configuration = join(directory, 'detour.yaml');
// Without a token, this machine may look, and nothing more.
const tokens = join(directory, 'tokens');
const tokenOf = (name) => execFileSync(program, ['token', 'add', name, '--role', 'operate', '--file', tokens], { encoding: 'utf8' }).trim();
const secret = tokenOf('oncall');
const second = tokenOf('lead');
await writeFile(
  configuration,
  `node: { name: ams1, data_dir: ${directory}/data }
listen: { dns: ["127.0.0.1:${dns}"], http: "127.0.0.1:${http}", api: { token_file: "${tokens}" } }
zones: [{ name: example.com, ns: [ns1.example.com] }]
safety: { rules: [{ name: keep-web2, of: [${SERVICE}/ams/web2], at_least: 1 }] }
services:
  - name: ${SERVICE}
    failback: manual
    check: { type: http, port: ${web}, path: /, interval: 1s, timeout: 500ms }
    pools:
      - { name: ams, endpoints: [{ name: web1, address: 127.0.0.2 }, { name: web2, address: 127.0.0.3 }] }
      - { name: fra, endpoints: [{ name: web3, address: 127.0.0.4 }] }
  - name: ${GUARDED}
    second_approver: true
    check: none
    failback_after: 1s
    pools:
      - { name: ams, endpoints: [{ name: db1, address: 127.0.0.2 }] }
      - { name: fra, endpoints: [{ name: db2, address: 127.0.0.4 }] }
`,
);

async function start() {
  const child = spawn(program, ['run', '-c', configuration], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (let attempt = 0; attempt < 150; attempt++) {
    const ready = await fetch(`${origin}readyz`).then((response) => response.ok, () => false);
    if (ready) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { stop: () => (child.kill('SIGTERM'), ended) };
}

let backends = [await backend('127.0.0.2', web), await backend('127.0.0.3', web), await backend('127.0.0.4', web)];
let server = await start();
const browser = await launch();
const faults = new Faults();
const page = await browser.newPage();
page.setDefaultTimeout(15_000);
faults.watch(page, origin);

const badge = (text) => page.locator('.badge').filter({ hasText: text }).first();

const tests = {
  async 'all is well'() {
    const script = page.waitForResponse(/\/assets\/.*\.js$/);
    const response = await page.goto(origin);
    assert.equal((await script).headers()['content-encoding'], 'gzip');
    assert.match(response.headers()['content-security-policy'], /default-src 'none'/);
    await page.getByText('All 2 services are served by the first pool').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    await faults.accessibility(page, 'overview');
  },
  async 'the backends of a pool are killed, and the page turns'() {
    await backends[0].kill();
    await page.getByText('something is unhealthy').waitFor();
    await backends[1].kill();
    await page.getByText('1 service not on the first pool').waitFor();
    await page.getByText('instead of ams').waitFor();
  },
  async 'the service shows why'() {
    await page.locator('[role=row] a').first().click();
    await page.getByRole('heading', { name: SERVICE }).waitFor();
    await badge('failed over').waitFor();
    await page.locator('.opinion').filter({ hasText: 'connection refused' }).first().waitFor();
    await page.locator('.u-over').first().waitFor();
    const probes = page.getByRole('region', { name: /^Probes of ams\/web1/ });
    await probes.getByRole('img', { name: /^The last \d+ probes: [1-9]\d* failed/ }).waitFor();
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByText(/127\.0\.0\.4$/).first().waitFor();
    await faults.accessibility(page, 'service');
  },
  async 'the backends come back, and an operator approves the failback'() {
    backends[0] = await backend('127.0.0.2', web);
    backends[1] = await backend('127.0.0.3', web);
    await badge('ready to fail back').waitFor();
    // Until then something is decided that the dialog would have to tell.
    await page.locator('.pool-box').filter({ hasText: '2 of 2 healthy' }).waitFor();
    await page.getByRole('button', { name: 'Fail back' }).click();
    await page.getByLabel('Your name').fill('alice');
    faults.expected = true;
    await page.getByRole('button', { name: 'Yes, fail back' }).click();
    await page.getByText(/Not done: without a token this machine may only look/).waitFor();
    faults.expected = false;
    await page.getByLabel('Token').fill(secret);
    await page.getByRole('button', { name: 'Yes, fail back' }).click();
    await badge('serving').waitFor();
    await page.getByText('by alice (oncall@127.0.0.1)').first().waitFor();
  },
  async 'an operator drains an endpoint, and clears it'() {
    await page.getByRole('button', { name: 'Drain web1' }).click();
    await page.getByLabel('Reason').fill('kernel update');
    await page.getByRole('button', { name: 'Yes, drain' }).click();
    await page.locator('.said').filter({ hasText: 'by alice (oncall@127.0.0.1): kernel update' }).waitFor();
    await badge('drained').waitFor();
    await page.getByRole('button', { name: 'Clear web1' }).click();
    await page.getByRole('button', { name: 'Yes, clear' }).click();
    await badge('drained').waitFor({ state: 'detached' });
  },
  async 'a drill that a safety rule forbids is overruled, and called off'() {
    await page.getByRole('button', { name: 'Drill web2' }).click();
    await page.getByLabel('Reason').fill('can we do without');
    faults.expected = true;
    await page.getByRole('button', { name: 'Yes, drill' }).click();
    await page.getByText(/Not done: the safety rule keep-web2 forbids it/).waitFor();
    faults.expected = false;
    await page.getByLabel('Do it all the same').check();
    await page.getByRole('button', { name: 'Yes, drill' }).click();
    await page.locator('.said').filter({ hasText: 'can we do without' }).waitFor();
    await page.getByText('forced past the safety rule keep-web2').first().waitFor();
    await page.getByRole('button', { name: 'End now' }).click();
    await page.getByText('End the drill of').waitFor();
    await page.getByRole('button', { name: 'Yes, end' }).click();
    await page.locator('.said').waitFor({ state: 'detached' });
  },
  async 'what was decided while a dialog was open is told, and the reason is kept'() {
    await page.getByRole('button', { name: 'Drain web1' }).click();
    await page.getByLabel('Reason').fill('new disk');
    const response = await fetch(`${origin}api/v1/overrides`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${second}`, 'Content-Type': 'application/json', 'Detour-Author': 'bob' },
      body: JSON.stringify({ target: `${SERVICE}/fra/web3`, state: 'down', reason: 'it burns' }),
    });
    assert.equal(response.status, 200);
    faults.expected = true;
    await page.getByRole('button', { name: 'Yes, drain' }).click();
    await page.getByText('something was decided since you opened this').waitFor();
    faults.expected = false;
    await page.getByRole('dialog').getByText('fra/web3: down by bob (lead@127.0.0.1) (it burns)').waitFor();
    await faults.accessibility(page, 'decided otherwise');
    assert.equal(await page.getByLabel('Reason').inputValue(), 'new disk');
    await page.getByRole('button', { name: 'Yes, drain' }).click();
    await badge('drained').waitFor();
    for (const name of ['web1', 'web3']) {
      await page.getByRole('button', { name: `Clear ${name}` }).click();
      await page.getByRole('button', { name: 'Yes, clear' }).click();
      await page.getByRole('button', { name: `Clear ${name}` }).waitFor({ state: 'detached' });
    }
    await page.locator('.said').waitFor({ state: 'detached' });
  },
  async 'what waits for a second approver is approved by another, and not by the same'() {
    await page.goto(`${origin}#/service/${GUARDED}`);
    await page.getByRole('button', { name: 'Drain pool ams' }).click();
    await page.getByLabel('Reason').fill('new kernel');
    await page.getByRole('button', { name: 'Yes, drain' }).click();
    await page.getByText('somebody else has to approve it').waitFor();
    await page.getByRole('link', { name: 'Overview' }).first().click();
    await page.getByText('A change waits for an approval').waitFor();
    await faults.accessibility(page, 'announced');
    await page.getByRole('region', { name: 'Asked for' }).getByRole('link').click();
    await page.getByRole('button', { name: 'Approve' }).click();
    faults.expected = true;
    await page.getByRole('button', { name: 'Yes, approve' }).click();
    await page.getByText('asked for it: somebody else must approve it').waitFor();
    faults.expected = false;
    await page.keyboard.press('Escape');
    await page.evaluate((other) => sessionStorage.setItem('detour-token', other), second);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('alice (oncall@127.0.0.1) asked for “drain”').waitFor();
    await page.getByRole('button', { name: 'Yes, approve' }).click();
    await badge('failed over').waitFor();
    await page.getByText(/approved by alice \(lead@127\.0\.0\.1\)/).first().waitFor();
    await page.getByRole('button', { name: 'Clear pool ams' }).click();
    await page.getByRole('button', { name: 'Yes, clear' }).click();
    await badge('failed over').waitFor({ state: 'detached' });
  },
  async 'a node on its own says so on the page of the cluster'() {
    faults.expected = true;
    await page.getByRole('link', { name: 'Cluster' }).click();
    await page.getByText('this node is on its own').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('served by the first pool').waitFor();
    faults.expected = false;
  },
  async 'the connection is lost, and regained'() {
    faults.expected = true;
    await server.stop();
    await page.getByText('connection lost').waitFor();
    server = await start();
    await page.getByText('live', { exact: true }).waitFor({ timeout: 30_000 });
    faults.expected = false;
  },
};

let failed = 1;
try {
  failed = await run(tests, (count) => page.screenshot({ path: join(tmpdir(), `detour-page-failed-${count}.png`) }));
} finally {
  await browser.close();
  await server.stop();
  await Promise.all(backends.map((each) => each.kill()));
  await rm(directory, { recursive: true, force: true });
}
faults.found.forEach((each) => console.log(`WRONG   ${each}`));
process.exit(failed + faults.found.size > 0 ? 1 : 0);

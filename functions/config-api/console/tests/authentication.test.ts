import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import type { Page } from '@playwright/test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Webhook } from 'standardwebhooks';

import { cloud } from './cloud';
import { sendEvent } from './events';
import { beginWebhook, choose, expect, expectAccessible, test } from './fixtures';
import type { Received, Receiver } from './receiver';

// Each kind is created in the browser, and then a delivery has to carry what the endpoint expects.

test('a generated signing secret is shown once, and verifies deliveries', async ({
  signedIn: page,
  person,
  receiver,
}) => {
  await beginWebhook(page, 'Signed requests', receiver.url);
  await page.getByText('All of the sandbox').click();
  await choose(page, 'Authentication type', 'Standard Webhooks signature');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Submit' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your signing secret' });
  const secret = await dialog.getByRole('group', { name: 'Signing secret' }).innerText();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  await expect(page.getByRole('heading', { name: 'Signed requests', level: 1 })).toBeVisible();
  await expect(page.getByText('v1: HMAC-SHA256 with a shared secret')).toBeVisible();
  await page.reload();
  await expect(page.getByText('•••••••• (set')).toBeVisible();
  await expect(page.locator('body')).not.toContainText(secret);

  await sendEvent(person.organisation);
  const { headers, body } = await delivered(receiver);
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeTruthy();

  await page.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByRole('radio', { name: /Keep the saved one/ })).toBeChecked();
  await page.getByText('Generate a new one').click();
  await expect(page.getByRole('checkbox', { name: /former secret/ })).toBeChecked();
  await page.getByRole('button', { name: 'Submit' }).click();
  const newSecret = await dialog.getByRole('group', { name: 'Signing secret' }).innerText();
  expect(newSecret).not.toBe(secret);
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  await expect(page.getByText(/signs until/)).toBeVisible();
});

test('a signing key of one’s own is checked, and its public key is shown', async ({
  signedIn: page,
  receiver,
}) => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const [seed, publicHalf] = [half(privateKey, 'd'), half(privateKey, 'x')];
  await beginWebhook(page, 'Own key', receiver.url);
  await choose(page, 'Authentication type', 'Standard Webhooks signature');
  await page.getByText('v1a: Ed25519 with a private key').click();
  await page.getByText('Use my own').click();
  const field = page.getByRole('textbox', { name: 'Signing secret' });
  await field.fill(`whpk_${publicHalf}`);
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(field).toHaveAccessibleDescription(/public key/);
  await expect(field).toBeFocused();
  await field.fill(` whsk_${seed} `);
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByRole('group', { name: 'Public key' })).toHaveText(`whpk_${publicHalf}`);
  await expect(page.locator('body')).not.toContainText(seed);
});

test('client credentials fetch a token, which deliveries carry', async ({
  signedIn: page,
  person,
  receiver,
}) => {
  const token = { access_token: 'issued-for-feedback', token_type: 'Bearer', expires_in: 300 };
  receiver.answer(200, JSON.stringify(token), '/token');
  await beginWebhook(page, 'By access token', receiver.url);
  await page.getByText('All of the sandbox').click();
  await choose(page, 'Authentication type', 'OAuth 2.0 client credentials');
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByLabel('Token URL')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Client id')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Client secret')).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  await page.getByLabel('Token URL').fill(` ${new URL('/token', receiver.url)} `);
  await page.getByLabel('Client id').fill('feedback');
  await page.getByLabel('Client secret').fill('nobody reads this again');
  await page.getByLabel('Scope').fill('feedback.write');
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByRole('heading', { name: 'By access token', level: 1 })).toBeVisible();
  await expect(page.getByText('In the Authorization header (Basic)')).toBeVisible();
  await expect(page.locator('body')).not.toContainText('nobody reads this again');

  await sendEvent(person.organisation);
  expect((await delivered(receiver)).headers.authorization).toBe('Bearer issued-for-feedback');
  const request = receiver.received.find(({ path }) => path === '/token');
  expect(request?.body).toContain('scope=feedback.write');
  await page.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByRole('button', { name: 'Replace: Client secret' })).toBeVisible();
  await expect(page.getByLabel('Token URL')).toHaveValue(new URL('/token', receiver.url).href);
});

test('a generated key pair signs a token for each delivery', async ({ signedIn: page, person, receiver }) => {
  await beginWebhook(page, 'Generated pair', receiver.url);
  await page.getByText('All of the sandbox').click();
  await choose(page, 'Authentication type', 'JWT Authentication');
  await choose(page, 'Algorithm', 'EdDSA');
  await page.getByText('Generate a new key pair').click();
  await page.getByText('Sign a token for each delivery').click();
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByText('JWT (EdDSA)')).toBeVisible();
  const keys = page.getByRole('region', { name: 'Keys' });
  await expect(keys.getByRole('row', { name: /Signs/ })).toBeVisible();
  const address = await keys.getByRole('group', { name: 'Public keys' }).innerText();

  await sendEvent(person.organisation);
  const { headers } = await delivered(receiver);
  const token = headers.authorization!.replace('Bearer ', '');
  // The page's own host is for browsers; other programs know the API by its address.
  const keySet = createRemoteJWKSet(new URL(cloud.apiUrl + new URL(address).pathname));
  const { payload } = await jwtVerify(token, keySet, { audience: receiver.url });
  expect(payload.jti).toBe(headers['webhook-id']);
});

type Give = (page: Page, pem: string, file: string) => Promise<void>;

for (const [how, give] of [
  [
    'dropped',
    async (page, _, file) => {
      const zone = page.getByRole('heading', { name: 'Or drop the key file here' });
      // Near an edge of the window, a drag scrolls the page, and the form's buttons cover what is there.
      await zone.evaluate((element) => element.scrollIntoView({ block: 'center' }));
      const { x, y } = (await zone.boundingBox())!;
      const browser = await page.context().newCDPSession(page);
      const data = { items: [], files: [file], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await browser.send('Input.dispatchDragEvent', { type, x: x + 1, y: y + 1, data });
    },
  ],
  [
    'chosen',
    async (page, _, file) => {
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Choose a file', exact: true }).click();
      await (await chooser).setFiles(file);
    },
  ],
  [
    'pasted, with spaces and line breaks around it and line ends of Windows',
    (page, pem) =>
      page.getByLabel('Private key (PEM)').fill(`\r\n  \r\n${pem.replaceAll('\n', '\r\n')} \r\n\t\r\n`),
  ],
] as [string, Give][]) {
  test(`a private key can be ${how}`, async ({ signedIn: page, receiver }, info) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const file = info.outputPath('key.pem');
    writeFileSync(file, pem);
    await beginWebhook(page, 'Key pair', receiver.url);
    await choose(page, 'Authentication type', 'JWT Authentication');
    await choose(page, 'Algorithm', 'ES256');
    await give(page, pem, file);
    await expect(page.getByLabel('Private key (PEM)')).toHaveValue(/BEGIN PRIVATE KEY/);
    await page.getByRole('button', { name: 'Submit' }).click();
    await expect(page.getByText('JWT (ES256)')).toBeVisible();
    await expect(page.locator('body')).not.toContainText('BEGIN PRIVATE KEY');
  });
}

/** The request that brought an event. */
async function delivered(receiver: Receiver): Promise<Received> {
  const requests = () => receiver.received.filter(({ path }) => path === '/feedback');
  await expect.poll(() => requests().length, { timeout: 60_000 }).toBeGreaterThan(0);
  return requests()[0]!;
}

/** A half of an Ed25519 key pair as Standard Webhooks writes it. */
function half(key: KeyObject, name: 'd' | 'x'): string {
  return Buffer.from(key.export({ format: 'jwk' })[name]!, 'base64url').toString('base64');
}

import type { Page } from '@playwright/test';

import { sendEvent } from './events';
import { expect, signIn, test } from './fixtures';
import { apiOf, createWebhook, newOrganisation, newPerson } from './people';
import { startReceiver } from './receiver';

const SIZE = { width: 1280, height: 860 };

test.use({ viewport: SIZE, deviceScaleFactor: 1 });

/** Photographs each page as the documentation shows it. */
test('screenshots', async ({ page }) => {
  test.setTimeout(300_000);
  const person = await newPerson(newOrganisation(), 'jane.doe');
  const [good, bad] = [await startReceiver(), await startReceiver()];
  bad.answer(503, '{"error":"maintenance"}');
  const prod = await apiOf(person, 'prod');
  await signIn(page, person);
  await expect(page.getByRole('heading', { name: 'No webhook yet' })).toBeVisible();
  await photograph(page, 'empty');

  const id = await createWebhook(prod, good.url, {
    name: 'Production feedback',
    authentication: {
      type: 'jwt',
      algorithm: 'HS256',
      secret: '0123456789abcdef0123456789abcdef',
      keyId: '2026-11',
      issuer: 'feedback-webhooks',
      audience: ['crm.luma.example'],
      claims: { tenant: 'luma' },
    },
    headers: [
      { name: 'X-Source', value: 'feedback' },
      { name: 'X-Api-Key', value: 'a key that nobody reads again', secret: true },
    ],
  });
  await createWebhook(await apiOf(person, 'stage'), bad.url, { name: 'Stage feedback', channels: ['email'] });
  const qa = await apiOf(person, 'qa');
  const signed = await createWebhook(qa, good.url, {
    name: 'QA, with a key pair',
    authentication: { type: 'jwt', algorithm: 'ES256', generateKey: true },
  });
  await qa('POST', `/feedback-webhooks/${signed}/next-key`, { generateKey: true }, { 'if-match': '*' });
  await createWebhook(await apiOf(person, 'dev-anna'), good.url, { name: 'Annas experiments', paused: true });
  await createWebhook(await apiOf(person, 'dev-lee'), good.url, { name: 'Lee: SMS only', channels: ['sms'] });
  for (const campaign of ['16f24a15-7e21-477c-848a-d5695ca7f137', '2ca10c10-56dd-4505-87cd-fa5da84e7a5d'])
    await prod('PUT', `/campaigns/${campaign}/feedback-webhook`);
  for (let n = 0; n < 12; n++) await sendEvent(person.organisation, 'prod');
  for (let n = 0; n < 8; n++) await sendEvent(person.organisation, 'stage');
  await expect.poll(() => good.received.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(12);
  await expect.poll(() => bad.received.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(8);

  await page.goto('/console?sandbox=prod');
  await expect(page.getByRole('table').getByText('Circuit open')).toBeVisible({ timeout: 60_000 });
  await photograph(page, 'inventory');
  await page.emulateMedia({ colorScheme: 'dark' });
  await photograph(page, 'inventory-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 360, height: 800 });
  await photograph(page, 'inventory-narrow');
  await page.setViewportSize(SIZE);

  await page.goto(`/console/webhooks/prod/${id}`);
  await expect(page.getByText('crm.luma.example')).toBeVisible();
  await expect(page.getByRole('img', { name: /delivered/ })).toBeVisible({ timeout: 60_000 });
  await photograph(page, 'detail');
  await page.getByRole('tab', { name: 'Attempts' }).click();
  await expect(page.getByRole('table', { name: 'Attempts' })).toBeVisible({ timeout: 60_000 });
  await photograph(page, 'attempts');
  await page.getByRole('tab', { name: 'For developers' }).click();
  await expect(page.getByText('npm install jose')).toBeVisible();
  await photograph(page, 'developers');

  await page.goto(`/console/webhooks/qa/${signed}`);
  await page.getByRole('region', { name: 'Keys' }).scrollIntoViewIfNeeded();
  await expect(page.getByRole('row', { name: /Next/ })).toBeVisible();
  await photograph(page, 'keys');

  await page.goto(`/console/webhooks/prod/${id}/edit`);
  await expect(page.getByLabel('Webhook Name')).toHaveValue('Production feedback');
  await photograph(page, 'edit');
  await page.getByRole('button', { name: 'Send test event' }).click();
  await expect(page.getByText('The endpoint took the event')).toBeVisible();
  await photograph(page, 'test-event');

  await page.goto('/console/webhooks/dev/new?sandbox=dev');
  await page.getByLabel('Webhook URL').fill('http://10.0.0.1/');
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByText(/values are wrong/)).toBeVisible();
  await photograph(page, 'validation');

  await page.goto('/console/campaigns?sandbox=prod');
  await page.waitForLoadState('networkidle');
  await photograph(page, 'campaigns');

  await page.goto(`/console/webhooks/prod/${id}`);
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await photograph(page, 'delete');
  good.close();
  bad.close();
});

async function photograph(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `screenshots/${name}.png`, animations: 'disabled' });
}

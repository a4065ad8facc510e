import type { Route } from '@playwright/test';

import { beginWebhook, expect, signIn, test } from './fixtures';
import { apiOf, createWebhook } from './people';

// These faults lie between the page and the API, where no deployed part can be made to have them.

test('a server that is down is said so, and the page recovers', async ({ page, person, receiver }) => {
  await createWebhook(await apiOf(person), receiver.url);
  await signIn(page, person, '/console/nowhere');
  await page.route('**/feedback-webhooks?*', (route) => route.abort());
  await page.getByRole('button', { name: 'To all webhooks' }).click();
  await expect(page.getByText('The service does not answer')).toBeVisible();
  await page.unroute('**/feedback-webhooks?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('link', { name: 'Production feedback' }).first()).toBeVisible();
});

test('a slow server shows neither an empty inventory nor a flash of one', async ({
  page,
  person,
  receiver,
}) => {
  await createWebhook(await apiOf(person), receiver.url);
  await signIn(page, person, '/console/nowhere');
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route('**/feedback-webhooks?*', async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('button', { name: 'To all webhooks' }).click();
  await expect(page.getByRole('progressbar', { name: 'Loading' })).toBeVisible();
  await expect(page.getByText('No webhook yet')).toHaveCount(0);
  go();
  await expect(page.getByRole('link', { name: 'Production feedback' }).first()).toBeVisible();
});

test('a read that is throttled is repeated without a word', async ({ page, person, receiver }) => {
  await createWebhook(await apiOf(person), receiver.url);
  await signIn(page, person, '/console/nowhere');
  let refusals = 0;
  await page.route('**/feedback-webhooks?*', (route) =>
    refusals++ < 2
      ? route.fulfill({
          status: 429,
          headers: { 'retry-after': '1' },
          body: '{"message":"Too Many Requests"}',
        })
      : route.continue(),
  );
  await page.getByRole('button', { name: 'To all webhooks' }).click();
  await expect(page.getByRole('link', { name: 'Production feedback' }).first()).toBeVisible();
  expect(refusals).toBeGreaterThanOrEqual(3);
});

test('a save that takes long is shown, and is not sent twice', async ({ signedIn: page, receiver }) => {
  await beginWebhook(page, 'Slow', receiver.url);
  let requests = 0;
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route('**/feedback-webhooks', async (route) => {
    requests++;
    await held;
    await route.continue();
  });
  await page.getByLabel('Webhook Name').press('Enter');
  await expect(page.getByLabel('Webhook Name')).toBeDisabled();
  await expect(page.getByRole('progressbar')).toBeVisible();
  await page.keyboard.press('Enter');
  go();
  await expect(page.getByRole('heading', { name: 'Slow', level: 1 })).toBeVisible();
  expect(requests).toBe(1);
});

for (const [what, handle, said] of [
  ['a broken connection', (route) => route.abort('connectionreset'), 'The service does not answer'],
  [
    'an answer that is no JSON',
    (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }),
    'The answer makes no sense',
  ],
  [
    'a success that is no JSON',
    (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Portal</h1>' }),
    'The answer makes no sense',
  ],
  [
    'too many requests',
    (route) =>
      route.fulfill({
        status: 429,
        contentType: 'application/json',
        body: '{"message":"Too Many Requests"}',
      }),
    'Too many requests at the moment',
  ],
] as [string, (route: Route) => Promise<void>, string][]) {
  test(`${what} loses nothing that was typed`, async ({ signedIn: page, receiver }) => {
    await beginWebhook(page, 'Typed', receiver.url);
    await page.route('**/feedback-webhooks', (route) =>
      route.request().method() === 'POST' ? handle(route) : route.continue(),
    );
    await page.getByRole('button', { name: 'Submit' }).click();
    await expect(page.getByText(said)).toBeVisible();
    await expect(page.getByLabel('Webhook URL')).toHaveValue(receiver.url);
    await page.unroute('**/feedback-webhooks');
    await page.getByRole('button', { name: 'Submit' }).click();
    await expect(page.getByRole('heading', { name: 'Typed', level: 1 })).toBeVisible();
  });
}

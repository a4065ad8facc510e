import { expect, signIn, test } from './fixtures';
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

for (const [what, answer, said] of [
  [
    'an answer that is no JSON',
    { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' },
    'The answer makes no sense',
  ],
  [
    'a success that is no JSON',
    { status: 200, contentType: 'text/html', body: '<h1>Portal</h1>' },
    'The answer makes no sense',
  ],
  [
    'too many requests',
    { status: 429, contentType: 'application/json', body: '{"message":"Too Many Requests"}' },
    'Too many requests at the moment',
  ],
] as const) {
  test(`${what} loses nothing that was typed`, async ({ signedIn: page, receiver }) => {
    await page.getByRole('link', { name: 'Create Feedback Webhook' }).click();
    await page.getByLabel('Webhook Name').fill('Typed');
    await page.getByLabel('Webhook URL').fill(receiver.url);
    await page.route('**/feedback-webhooks', (route) =>
      route.request().method() === 'POST' ? route.fulfill(answer) : route.continue(),
    );
    await page.getByRole('button', { name: 'Submit' }).click();
    await expect(page.getByText(said)).toBeVisible();
    await page.unroute('**/feedback-webhooks');
    await page.getByRole('button', { name: 'Submit' }).click();
    await expect(page.getByRole('heading', { name: 'Typed', level: 1 })).toBeVisible();
  });
}

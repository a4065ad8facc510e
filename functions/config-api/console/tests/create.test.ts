import { beginWebhook, choose, expect, expectAccessible, signIn, test } from './fixtures';
import { apiOf, createWebhook } from './people';

const SECRET = '0123456789abcdef0123456789abcdef';

test('the empty inventory explains itself and leads to the first webhook', async ({
  signedIn: page,
  receiver,
}) => {
  await expect(page.getByRole('heading', { name: 'No webhook yet' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Create Feedback Webhook' }).click();
  await expectAccessible(page);
  await page.getByLabel('Webhook Name').fill('Feedback to the CRM');
  await page.getByLabel('Webhook URL').fill(`  ${receiver.url}\n`);
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByRole('heading', { name: 'Feedback to the CRM', level: 1 })).toBeVisible();
  await expect(page.getByText(receiver.url)).toBeVisible();
  await page.getByRole('link', { name: 'Feedback webhook settings' }).first().click();
  const row = page.getByRole('row', { name: /Feedback to the CRM/ });
  await expect(row).toContainText('prod');
  await expect(row).toContainText('Email, SMS');
  await expect(row).toContainText(new URL(receiver.url).host);
  await expect(row).toContainText('No Authentication');
  await expect(row).toContainText('Healthy');
  await expect(page.getByText('The sandbox prod has its webhook already:')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Create Feedback Webhook' })).toHaveCount(0);
});

test('a webhook with a shared secret and a secret header shows neither again', async ({
  signedIn: page,
  receiver,
}) => {
  await beginWebhook(page, 'Signed', receiver.url);
  await choose(page, 'Authentication type', 'JWT Authentication');
  await page.getByRole('textbox', { name: 'Secret', exact: true }).fill(SECRET);
  await page.getByLabel('Issuer').fill('luma');
  await page.getByLabel('Audience').fill('crm\ndwh');
  await page.getByLabel('Extra claims').fill('{ "tenant": "luma" }');
  await page.getByRole('button', { name: 'Add header' }).click();
  const header = page.getByRole('group', { name: 'Header 1' });
  await header.getByLabel('Name').fill('X-Api-Key');
  await header.getByLabel('Value').fill('a key that nobody reads again');
  await header.getByText('Secret').click();
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByText('JWT (HS256)')).toBeVisible();
  await expect(page.getByText('crm, dwh')).toBeVisible();
  await expect(page.getByText('•••••••• (set')).toHaveCount(2);
  await expect(page.locator('body')).not.toContainText('nobody reads again');
  await page.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByRole('button', { name: 'Replace: Secret' })).toBeVisible();
  await expectAccessible(page);
});

test('every wrong field is marked at once, with what the API says', async ({ signedIn: page }) => {
  await page.getByRole('link', { name: 'Create Feedback Webhook' }).click();
  await page.getByLabel('Webhook URL').fill('http://127.0.0.1/');
  await choose(page, 'Authentication type', 'JWT Authentication');
  await page.getByRole('textbox', { name: 'Secret', exact: true }).fill('short');
  await page.getByRole('button', { name: 'Add header' }).click();
  await page.getByRole('group', { name: 'Header 1' }).getByLabel('Name').fill('Host');
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByText(/values are wrong/)).toBeVisible();
  await expect(page.getByLabel('Webhook Name')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Webhook Name')).toBeFocused();
  await expect(page.getByLabel('Webhook URL')).toHaveAccessibleDescription(/must begin with https/);
  await expect(page.getByRole('textbox', { name: 'Secret', exact: true })).toHaveAccessibleDescription(
    /at least 32 bytes/,
  );
  await expect(page.getByRole('group', { name: 'Header 1' }).getByLabel('Name')).toHaveAccessibleDescription(
    /set by the service itself/,
  );
  await expectAccessible(page);
  await page.getByLabel('Webhook URL').fill('https://hooks.example.com/');
  await expect(page.getByLabel('Webhook URL')).not.toHaveAttribute('aria-invalid', 'true');
});

test('a sandbox that got its webhook meanwhile says so and leads there', async ({
  page,
  person,
  receiver,
}) => {
  await signIn(page, person, '/console/webhooks/prod/new');
  await page.getByLabel('Webhook Name').fill('Too late');
  await page.getByLabel('Webhook URL').fill(receiver.url);
  await createWebhook(await apiOf(person), receiver.url, { name: 'First' });
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByRole('link', { name: 'Open First' })).toBeVisible();
  await expect(page.getByLabel('Webhook Name')).toHaveValue('Too late');
});

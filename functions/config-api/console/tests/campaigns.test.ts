import { expect, expectAccessible, signIn, test } from './fixtures';
import { apiOf, createWebhook } from './people';

const CAMPAIGN = '16f24a15-7e21-477c-848a-d5695ca7f137';

test('a campaign cannot be switched on before there is a webhook, and the page says so', async ({
  page,
  person,
}) => {
  await signIn(page, person, '/console/campaigns');
  await expect(page.getByText('This sandbox has no webhook').first()).toBeVisible();
  await page.getByLabel('Campaign id').fill(CAMPAIGN);
  await page.getByRole('button', { name: 'Enable webhooks' }).click();
  await expect(page.getByText('This sandbox has no webhook')).toHaveCount(2);
  await expectAccessible(page);
});

test('a campaign is switched on by its id, and off again', async ({ page, person, receiver }) => {
  await createWebhook(await apiOf(person), receiver.url, { campaigns: 'switchedOn' });
  await signIn(page, person, '/console/campaigns');
  await page.getByLabel('Campaign id').fill(` ${CAMPAIGN} `);
  await page.keyboard.press('Enter');
  const row = page.getByRole('row', { name: new RegExp(CAMPAIGN) });
  await expect(row).toContainText(person.email);
  await expectAccessible(page);
  await row.getByRole('button', { name: `Disable webhooks for ${CAMPAIGN}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByText('Webhooks are not enabled for any campaign')).toBeVisible();
});

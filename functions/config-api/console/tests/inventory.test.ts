import { sendEvent } from './events';
import { choose, expect, signIn, test } from './fixtures';
import { apiOf, createWebhook } from './people';

test('the inventory is searched, filtered and sorted, and its address remembers how', async ({
  page,
  person,
  receiver,
}) => {
  for (const [sandbox, changes] of Object.entries({
    prod: { name: 'Billing' },
    stage: { name: 'Archive', paused: true },
    dev: { name: 'Console tests', channels: ['sms'] },
  }))
    await createWebhook(await apiOf(person, sandbox), receiver.url, changes);
  await sendEvent(person.organisation, 'prod');
  await expect.poll(() => receiver.received.length, { timeout: 60_000 }).toBe(1);
  await signIn(page, person);
  const names = page.getByRole('rowheader');
  await expect(names).toHaveText(['Archive', 'Billing', 'Console tests']);
  await expect(page.getByRole('row', { name: /Billing/ })).toContainText(/second|now/);
  await expect(page.getByRole('row', { name: /Console tests/ })).toContainText('None in 7 days');

  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').press('Enter');
  await expect(names).toHaveText(['Console tests', 'Billing', 'Archive']);
  await choose(page, 'Health', 'Paused');
  await expect(names).toHaveText(['Archive']);
  await expect(page.getByRole('status').filter({ hasText: '1 of 3 webhooks' })).toBeVisible();
  await page.reload();
  await expect(names).toHaveText(['Archive']);
  await choose(page, 'Channels', 'SMS');
  await page.getByLabel('Search').fill('nothing like it');
  await expect(page.getByRole('heading', { name: 'No webhook matches' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear search and filters' }).click();
  await expect(names).toHaveCount(3);
  await page.getByRole('columnheader', { name: 'Health' }).getByRole('button').press('Enter');
  await expect(page.getByRole('columnheader', { name: 'Health' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(names.last()).toHaveText('Archive');
});

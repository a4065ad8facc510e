import { expect, expectAccessible, signIn, test } from './fixtures';
import { apiOf, createWebhook, newPerson } from './people';

test('a viewer sees everything, can change nothing, and is told why', async ({ page, person, receiver }) => {
  const id = await createWebhook(await apiOf(person), receiver.url);
  const viewer = await newPerson(person.organisation, 'viewer', 'view');
  await signIn(page, viewer);
  const reason = page.getByText('Your role is View.', { exact: false });
  await expect(reason).toBeVisible();
  await expect(page.getByRole('link', { name: 'Production feedback' }).first()).toBeVisible();
  await expectAccessible(page);
  await page.goto(`/console/webhooks/prod/${id}`);
  await expect(reason).toBeVisible();
  await expect(page.getByText(receiver.url)).toBeVisible();
  for (const name of ['Edit', 'Delete', 'Send test event'])
    await expect(page.getByRole('button', { name, exact: true })).toBeDisabled();
  await page.goto(`/console/webhooks/prod/${id}/edit`);
  await expect(reason).toBeVisible();
  await expect(page.getByRole('button', { name: 'Submit' })).toHaveCount(0);
  await expectAccessible(page);
  await page.goto('/console/campaigns');
  await expect(reason).toBeVisible();
  await expect(page.getByLabel('Campaign id')).toBeDisabled();
});

test('an administrator sees organisation and role', async ({ signedIn: page, person }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(page.getByRole('banner')).toContainText(person.organisation);
  await expect(page.getByRole('banner')).toContainText('Manage');
});

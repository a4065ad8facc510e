import { expect, expectAccessible, otherBrowser, signIn, test } from './fixtures';
import { apiOf, createWebhook, newPerson, webhook } from './people';

test('an edit is saved, and leaving before that is asked about', async ({ page, person, receiver }) => {
  const id = await createWebhook(await apiOf(person), receiver.url);
  await signIn(page, person, `/console/webhooks/prod/${id}/edit`);
  await page.getByLabel('Webhook Name').fill('Renamed');
  await page.getByRole('button', { name: 'Cancel' }).click();
  const question = page.getByRole('alertdialog', { name: 'Leave without saving?' });
  await expect(question).toBeVisible();
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(page.getByLabel('Webhook Name')).toHaveValue('Renamed');
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByRole('heading', { name: 'Renamed', level: 1 })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/console/webhooks/prod/${id}$`));
});

test('what a second administrator saved meanwhile is shown, part by part', async ({
  page,
  context,
  person,
  receiver,
}) => {
  const colleague = await newPerson(person.organisation, 'colleague');
  const id = await createWebhook(await apiOf(person), receiver.url);
  const path = `/console/webhooks/prod/${id}/edit`;
  await signIn(page, person, path);
  await page.getByLabel('Webhook Name').fill('Mine');
  const other = await otherBrowser(context, colleague);
  await other.goto(path);
  await other.getByLabel('Webhook Name').fill('Theirs');
  await other.getByText('Pause delivery').click();
  await other.getByRole('button', { name: 'Submit' }).click();
  await expect(other.getByRole('heading', { name: 'Theirs', level: 1 })).toBeVisible();
  await other.context().close();

  await page.getByRole('button', { name: 'Submit' }).click();
  const conflict = page.getByRole('dialog', { name: /saved this webhook meanwhile/ });
  await expect(conflict).toContainText(colleague.email);
  await expect(conflict.getByRole('radio', { name: 'Yours: Mine' })).toBeChecked();
  await expect(conflict.getByRole('radio', { name: 'Saved: Yes' })).toBeChecked();
  await expectAccessible(page);
  await conflict.getByRole('button', { name: 'Go on with these' }).click();
  await expect(page.getByRole('switch', { name: 'Pause delivery' })).toBeChecked();
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByRole('heading', { name: 'Mine', level: 1 })).toBeVisible();
  await expect(page.getByText('Delivery is paused')).toBeVisible();
});

test('deletion needs the name, and says what becomes of events', async ({ page, person, receiver }) => {
  const id = await createWebhook(await apiOf(person), receiver.url);
  await signIn(page, person, `/console/webhooks/prod/${id}`);
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Delete this webhook?' });
  await expect(dialog).toContainText('will be discarded');
  await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await expectAccessible(page);
  await dialog.getByLabel('Webhook Name').fill('Production feedback');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'No webhook yet' })).toBeVisible();
});

test('a webhook that was changed meanwhile is not deleted unseen', async ({ page, person, receiver }) => {
  const call = await apiOf(person);
  const id = await createWebhook(call, receiver.url);
  await signIn(page, person, `/console/webhooks/prod/${id}`);
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Delete this webhook?' });
  await dialog.getByLabel('Webhook Name').fill('Production feedback');
  await call('PUT', `/feedback-webhooks/${id}`, webhook(receiver.url, { name: 'Renamed' }), {
    'if-match': '*',
  });
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(dialog.getByText('Somebody else has changed this webhook')).toBeVisible();
  await expect(dialog.getByText('Type the name to confirm: Renamed')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
});

test('a webhook that was deleted meanwhile says so, and keeps what was typed', async ({
  page,
  person,
  receiver,
}) => {
  const call = await apiOf(person);
  const id = await createWebhook(call, receiver.url);
  await signIn(page, person, `/console/webhooks/prod/${id}/edit`);
  await page.getByLabel('Webhook Name').fill('Typed');
  await call('DELETE', `/feedback-webhooks/${id}`, undefined, { 'if-match': '*' });
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByText('This webhook does not exist any more')).toBeVisible();
  await expect(page.getByLabel('Webhook Name')).toHaveValue('Typed');
});

test('hostile names and headers are shown as text', async ({ page, person, receiver }) => {
  const name = '<img src=x onerror=alert(1)>"\'&amp;{{7*7}}';
  const call = await apiOf(person);
  const { body } = await call(
    'POST',
    '/feedback-webhooks',
    webhook(receiver.url, { name, headers: [{ name: 'X-Script', value: '<script>alert(2)</script>' }] }),
  );
  await signIn(page, person, `/console/webhooks/prod/${body.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(page.getByText('<script>alert(2)</script>')).toBeVisible();
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});

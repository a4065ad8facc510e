import { apiHas } from './cloud';
import { sendEvent } from './events';
import { expect, expectAccessible, signIn, test } from './fixtures';
import { apiOf, createWebhook } from './people';

test('an endpoint that fails is shown as failing, with what to do', async ({ page, person, receiver }) => {
  receiver.answer(503);
  const id = await createWebhook(await apiOf(person), receiver.url);
  for (let n = 0; n < 8; n++) await sendEvent(person.organisation);
  await expect.poll(() => receiver.received.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(5);
  await signIn(page, person);
  await expect(page.getByRole('row', { name: /Production feedback/ })).toContainText('Circuit open', {
    timeout: 60_000,
  });
  await page.goto(`/console/webhooks/prod/${id}`);
  await expect(page.getByRole('heading', { name: 'The endpoint is down' })).toBeVisible();
  await expect(page.getByText('Last answer: status 503.')).toBeVisible();
  await expectAccessible(page);
});

test('a test event before saving tells how each stage went', async ({ signedIn: page, receiver }) => {
  test.skip(!apiHas('/feedback-webhooks/test'), 'the API sends no test events yet');
  await page.getByRole('link', { name: 'Create Feedback Webhook' }).click();
  await page.getByLabel('Webhook Name').fill('Tried first');
  await page.getByLabel('Webhook URL').fill(receiver.url);
  await page.getByRole('button', { name: 'Send test event' }).click();
  const dialog = page.getByRole('dialog', { name: 'Test event' });
  await expect(dialog.getByText('The endpoint took the event')).toBeVisible();
  for (const stage of ['Name resolution', 'Address check', 'Connection', 'TLS', 'Authentication', 'Answer'])
    await expect(dialog.getByRole('listitem').filter({ hasText: stage })).toBeVisible();
  expect(receiver.received).toHaveLength(1);
  await expectAccessible(page);
});

test('a test event that fails says where and what to do', async ({ page, person, receiver }) => {
  test.skip(!apiHas('/feedback-webhooks/{id}/test'), 'the API sends no test events yet');
  receiver.answer(401, '{"error":"who are you"}');
  const id = await createWebhook(await apiOf(person), receiver.url);
  await signIn(page, person, `/console/webhooks/prod/${id}`);
  await page.getByRole('button', { name: 'Send test event' }).click();
  const dialog = page.getByRole('dialog', { name: 'Test event' });
  await expect(dialog.getByText('The event was not delivered')).toBeVisible();
  await expect(dialog.getByText('Answer: 401')).toBeVisible();
  await expect(dialog).toContainText('who are you');
});

test('attempts are listed and filtered, and one is sent again', async ({ page, person, receiver }) => {
  test.skip(!apiHas('/feedback-webhooks/{id}/attempts'), 'the API lists no attempts yet');
  receiver.answer(503);
  const id = await createWebhook(await apiOf(person), receiver.url);
  await sendEvent(person.organisation);
  await expect.poll(() => receiver.received.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(1);
  await signIn(page, person, `/console/webhooks/prod/${id}?tab=attempts`);
  const failed = page.getByRole('row').filter({ hasText: '503' }).first();
  await expect(failed).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);
  receiver.answer(204);
  const before = receiver.received.length;
  await failed.getByRole('button').click();
  const dialog = page.getByRole('dialog', { name: 'Attempt' });
  await expect(dialog).not.toContainText('john.doe@example.com');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Send again' }).click();
  await expect(page.getByText('The event is on its way again')).toBeVisible();
  await expect.poll(() => receiver.received.length, { timeout: 60_000 }).toBeGreaterThan(before);
});

import { sendEvent } from './events';
import { beginWebhook, choose, expect, expectAccessible, signIn, test } from './fixtures';
import { apiOf, createWebhook } from './people';

const STAGES = ['Name resolution', 'Address check', 'Connection', 'TLS', 'Authentication', 'Answer'];

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
  await expect(page.getByRole('img', { name: /0 delivered, \d+ failed attempts/ })).toBeVisible({
    timeout: 60_000,
  });
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Show the failed attempts' }).click();
  await expect(page.getByRole('row').filter({ hasText: '503' }).first()).toBeVisible();
  await expect(page.getByRole('button', { name: /Outcome/ })).toHaveText(/Failed/);
});

test('a test event before saving tells how each stage went', async ({ signedIn: page, receiver }) => {
  await beginWebhook(page, 'Tried first', receiver.url);
  await choose(page, 'Authentication type', 'JWT Authentication');
  await page.getByRole('button', { name: 'Send test event' }).click();
  await expect(page.getByRole('textbox', { name: 'Secret', exact: true })).toHaveAttribute(
    'aria-invalid',
    'true',
  );
  await page.getByRole('textbox', { name: 'Secret', exact: true }).fill('0123456789abcdef0123456789abcdef');
  await page.getByRole('button', { name: 'Send test event' }).click();
  const dialog = page.getByRole('dialog', { name: 'Test event' });
  await expect(dialog.getByText('The endpoint took the event')).toBeVisible();
  for (const stage of STAGES) {
    const item = dialog.getByRole('listitem').filter({ hasText: stage });
    await expect(item.getByRole('img', { name: 'Passed' })).toBeVisible();
    await expect(item).toContainText(/\d ms|\d s/);
  }
  expect(receiver.received).toHaveLength(1);
  const { headers } = receiver.received[0]!;
  expect(headers['webhook-test']).toBe('true');
  await expect(dialog.getByRole('group', { name: 'Headers' }).first()).toContainText('authorization: •••');
  await expect(dialog).not.toContainText(headers.authorization!.replace('Bearer ', ''));
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(page.getByLabel('Webhook Name')).toHaveValue('Tried first');
});

test('a test event that fails says where and what to do', async ({ page, person, receiver }) => {
  receiver.answer(401, '{"error":"who are you"}');
  const id = await createWebhook(await apiOf(person), receiver.url);
  await signIn(page, person, `/console/webhooks/prod/${id}`);
  await page.getByRole('button', { name: 'Send test event' }).click();
  const dialog = page.getByRole('dialog', { name: 'Test event' });
  await expect(dialog.getByText('The event was not delivered')).toBeVisible();
  await expect(dialog.getByText('The endpoint refused the credentials.')).toBeVisible();
  await expect(dialog.getByText('Answer: 401')).toBeVisible();
  await expect(dialog).toContainText('who are you');
  await expectAccessible(page);
  receiver.answer(204);
  await dialog.getByRole('button', { name: 'Send another' }).click();
  await expect(dialog.getByText('The endpoint took the event')).toBeVisible();
});

test('a test event to nobody ends where the connection does', async ({ page, person, receiver }) => {
  const id = await createWebhook(await apiOf(person), receiver.url);
  receiver.close();
  await signIn(page, person, `/console/webhooks/prod/${id}/edit`);
  await page.getByRole('button', { name: 'Send test event' }).click();
  const dialog = page.getByRole('dialog', { name: 'Test event' });
  const stage = (name: string) => dialog.getByRole('listitem').filter({ hasText: name });
  await expect(stage('Connection').getByRole('img', { name: 'Failed' })).toBeVisible();
  await expect(stage('Connection')).toContainText('no connection');
  await expect(stage('TLS').getByRole('img', { name: 'Not reached' })).toBeVisible();
  await expect(dialog).toContainText('Nothing answers at the host');
});

test('attempts are listed and filtered, and one is sent again', async ({ page, person, receiver }) => {
  receiver.answer(503, '{"error":"maintenance"}');
  const id = await createWebhook(await apiOf(person), receiver.url, {
    headers: [{ name: 'X-Api-Key', value: 'a key that nobody reads again', secret: true }],
  });
  await sendEvent(person.organisation);
  await expect.poll(() => receiver.received.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(1);
  await signIn(page, person, `/console/webhooks/prod/${id}?tab=attempts`);
  const failed = page.getByRole('row').filter({ hasText: '503' }).first();
  await expect(failed).toBeVisible({ timeout: 60_000 });
  await expect(failed).toContainText('Tried again later');
  await expectAccessible(page);
  await choose(page, 'Outcome', 'Delivered');
  await expect(page.getByText('No attempt has this outcome.')).toBeVisible();
  await choose(page, 'Outcome', 'Failed');

  receiver.answer(204);
  const before = receiver.received.length;
  await failed.getByRole('button').click();
  const dialog = page.getByRole('dialog', { name: 'Attempt' });
  await expect(dialog).toContainText('x-api-key: •••');
  await expect(dialog).toContainText('User unknown');
  await expect(dialog).toContainText('maintenance');
  await expect(dialog).not.toContainText('john.doe@example.com');
  await expect(dialog).not.toContainText('nobody reads again');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Send again' }).click();
  await expect(page.getByText('The event is on its way again')).toBeVisible();
  await expect.poll(() => receiver.received.length, { timeout: 60_000 }).toBeGreaterThan(before);
  const [first, ...others] = receiver.received;
  expect(others.at(-1)!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
});

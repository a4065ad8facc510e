import { generateKeyPairSync } from 'node:crypto';

import { cloud } from './cloud';
import { expect, expectAccessible, signIn, test } from './fixtures';
import { apiOf, createWebhook, newPerson } from './people';

const KEY_PAIR = { authentication: { type: 'jwt', algorithm: 'ES256', generateKey: true } };

test('the next key is published, then signs, and the former one stays for a while', async ({
  page,
  person,
  receiver,
}) => {
  const id = await createWebhook(await apiOf(person), receiver.url, KEY_PAIR);
  await signIn(page, person, `/console/webhooks/prod/${id}`);
  const keys = page.getByRole('region', { name: 'Keys' });
  await keys.getByRole('button', { name: 'Publish the next key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Publish the next key' });
  await expectAccessible(page);
  await dialog.getByLabel('Key id').fill('2027-01');
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
  const row = keys.getByRole('row', { name: /2027-01/ });
  await expect(row).toContainText('Next');
  await expect(page.getByText('The next key is published')).toBeVisible();
  await expectAccessible(page);

  const published = await fetch(`${cloud.apiUrl}/feedback-webhooks/${id}/jwks.json`);
  const { keys: inSet } = (await published.json()) as { keys: { kid: string }[] };
  expect(inSet.map(({ kid }) => kid)).toContain('2027-01');

  await keys.getByRole('button', { name: 'Let the next key sign' }).click();
  const question = page.getByRole('alertdialog', { name: 'Let the next key sign?' });
  await expect(question).toContainText('Endpoints may cache the keys for five minutes.');
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Let the next key sign' }).click();
  await expect(row).toContainText('Signs');
  await expect(keys.getByRole('row', { name: /Retired/ })).toHaveCount(1);
  await expect(keys.getByRole('button', { name: 'Publish the next key' })).toBeVisible();
});

test('a key of one’s own is checked before it is published, and can be taken back', async ({
  page,
  person,
  receiver,
}) => {
  const id = await createWebhook(await apiOf(person), receiver.url, KEY_PAIR);
  await signIn(page, person, `/console/webhooks/prod/${id}`);
  const keys = page.getByRole('region', { name: 'Keys' });
  await keys.getByRole('button', { name: 'Publish the next key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Publish the next key' });
  await dialog.getByText('Use my own').click();
  const field = dialog.getByLabel('Private key (PEM)');
  const pem = (curve: string) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  };
  await field.fill(pem('P-384'));
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(field).toHaveAccessibleDescription(/private key on the curve P-256/);
  await expectAccessible(page);
  await field.fill(`\n ${pem('P-256')} \n`);
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(keys.getByRole('row', { name: /Next/ })).toHaveCount(1);
  await keys.getByRole('button', { name: 'Take the next key back' }).click();
  const question = page.getByRole('alertdialog', { name: 'Take the next key back?' });
  await question.getByRole('button', { name: 'Take the next key back' }).click();
  await expect(keys.getByRole('row', { name: /Next/ })).toHaveCount(0);
  await expect(keys.getByRole('row', { name: /Signs/ })).toHaveCount(1);
});

test('a next key that a colleague published meanwhile is shown instead of another', async ({
  page,
  person,
  receiver,
}) => {
  const call = await apiOf(person);
  const id = await createWebhook(call, receiver.url, KEY_PAIR);
  await signIn(page, person, `/console/webhooks/prod/${id}`);
  await page.getByRole('button', { name: 'Publish the next key' }).click();
  await call('POST', `/feedback-webhooks/${id}/next-key`, { generateKey: true }, { 'if-match': '*' });
  const dialog = page.getByRole('dialog', { name: 'Publish the next key' });
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(dialog.getByText('Somebody else has changed this webhook')).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('button', { name: 'Let the next key sign' })).toBeVisible();
});

test('a viewer sees the keys and cannot change them', async ({ page, person, receiver }) => {
  const id = await createWebhook(await apiOf(person), receiver.url, KEY_PAIR);
  await signIn(page, await newPerson(person.organisation, 'viewer', 'view'), `/console/webhooks/prod/${id}`);
  await expect(page.getByRole('row', { name: /Signs/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Publish the next key' })).toBeDisabled();
});

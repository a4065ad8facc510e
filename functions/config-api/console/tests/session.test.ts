import { cloud } from './cloud';
import { expect, expectAccessible, expectToFit, signIn, test, typeCredentials } from './fixtures';
import { apiOf, createWebhook } from './people';

const CONSOLE = new URL(cloud.consoleUrl).origin;

test('a link into the console survives sign-in and reload', async ({ page, person, receiver }) => {
  const id = await createWebhook(await apiOf(person), receiver.url);
  const path = `/console/webhooks/prod/${id}?tab=receive`;
  await signIn(page, person, path);
  await expect(page.getByRole('tab', { name: 'For developers' })).toHaveAttribute('aria-selected', 'true');
  await page.reload();
  await expect(page).toHaveURL(new RegExp(`${id}\\?tab=receive$`));
  await expect(page.getByRole('tab', { name: 'For developers' })).toHaveAttribute('aria-selected', 'true');
});

test('when the session ends while a webhook is edited, nothing that was typed is lost', async ({
  signedIn: page,
  person,
  receiver,
}) => {
  await page.getByRole('link', { name: 'Create Feedback Webhook' }).click();
  await page.getByLabel('Webhook Name').fill('Typed before the session ended');
  await page.getByLabel('Webhook URL').fill(receiver.url);
  await endSession(page);
  await page.getByRole('button', { name: 'Submit' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Your session has ended' });
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  const opening = page.waitForEvent('popup');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  const popup = await opening;
  await typeCredentials(popup, person);
  await expect(page.getByRole('heading', { name: 'Typed before the session ended', level: 1 })).toBeVisible();
});

test('an administrator who does not sign in again keeps the form', async ({ signedIn: page }) => {
  await page.getByRole('link', { name: 'Create Feedback Webhook' }).click();
  await page.getByLabel('Webhook Name').fill('Kept');
  await endSession(page);
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByRole('button', { name: 'Not now' }).click();
  await expect(page.getByText('Nothing was saved')).toBeVisible();
  await expect(page.getByLabel('Webhook Name')).toHaveValue('Kept');
});

test('signing out ends the session', async ({ signedIn: page, person }) => {
  await page.getByRole('button', { name: `Account of ${person.email}` }).click();
  await expectAccessible(page);
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
  await expectAccessible(page);
  await page.goto('/console');
  await expect(page.getByLabel('Username')).toBeVisible();
});

test('the console speaks Swedish', async ({ browser, person, receiver }) => {
  await createWebhook(await apiOf(person), receiver.url);
  const context = await browser.newContext({
    locale: 'sv-SE',
    baseURL: CONSOLE,
  });
  const page = await context.newPage();
  await signIn(page, person);
  await expect(page.getByRole('heading', { name: 'Inställningar för feedbackwebhookar' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'sv-SE');
  await page.getByRole('link', { name: 'Production feedback' }).first().click();
  await expect(page.getByRole('heading', { name: 'Grundinställningar' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Redigera' }).click();
  await page.getByLabel('Webhookens URL').fill('http://example.com');
  await page.getByRole('button', { name: 'Spara' }).click();
  await expect(page.getByLabel('Webhookens URL')).toHaveAccessibleDescription(/måste börja med https/);
  await context.close();
});

test('the language and the theme can be chosen, and stay', async ({ signedIn: page, person }) => {
  await page.getByRole('button', { name: `Account of ${person.email}` }).click();
  await page.getByRole('menuitemradio', { name: 'Svenska' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Ingen webhook än' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Ingen webhook än' })).toBeVisible();
});

for (const locale of ['en-US', 'en-GB', 'sv-SE'])
  test(`dates are written as in ${locale}`, async ({ browser, person, receiver }) => {
    const call = await apiOf(person);
    const id = await createWebhook(call, receiver.url);
    const { createdAt } = (await call('GET', `/feedback-webhooks/${id}`)).body as { createdAt: string };
    const context = await browser.newContext({ locale, timezoneId: 'America/New_York', baseURL: CONSOLE });
    const page = await context.newPage();
    await signIn(page, person, `/console/webhooks/prod/${id}`);
    const time = page.locator(`time[datetime="${createdAt}"]`).first();
    const format = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'America/New_York' } as const;
    await expect(time).toHaveText(new Intl.DateTimeFormat(locale, format).format(new Date(createdAt)));
    await context.close();
  });

test('every page fits from 360 pixels to wide', async ({ page, person, receiver }) => {
  const id = await createWebhook(await apiOf(person), receiver.url, {
    name: 'A name that is as long as a name may be, so that nothing else has room beside it on a small screen',
  });
  await signIn(page, person);
  for (const path of [
    '',
    `/webhooks/prod/${id}`,
    `/webhooks/prod/${id}?tab=attempts`,
    `/webhooks/prod/${id}?tab=receive`,
    `/webhooks/prod/${id}/edit`,
    '/campaigns',
    '/nowhere',
  ]) {
    await page.goto(`/console${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    for (const width of [360, 768, 1920]) await expectToFit(page, width);
    await expectAccessible(page);
  }
});

test('the form can be filled in and sent with the keyboard alone', async ({ signedIn: page, receiver }) => {
  await page.getByRole('link', { name: 'Create Feedback Webhook' }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Webhook Name').focus();
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type(receiver.url);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'By keyboard', level: 1 })).toBeVisible();
  await expect(page.getByText('SMS', { exact: true })).toBeVisible();
});

/** Makes the API refuse the token and the provider the renewal, as after a long night. */
async function endSession(page: import('@playwright/test').Page) {
  await page.evaluate(() => {
    for (const [key, value] of Object.entries(sessionStorage)) {
      if (!key.startsWith('oidc.user:')) continue;
      const user = JSON.parse(value) as Record<string, string>;
      sessionStorage.setItem(
        key,
        JSON.stringify({ ...user, id_token: `${user.id_token}x`, refresh_token: 'expired' }),
      );
    }
  });
}

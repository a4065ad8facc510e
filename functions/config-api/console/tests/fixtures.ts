import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type BrowserContext, type Page } from '@playwright/test';

import { cloud } from './cloud';
import { newPerson, type Person } from './people';
import { type Receiver, startReceiver } from './receiver';

export { expect };

interface Fixtures {
  /** An administrator of an organisation of the test's own. */
  person: Person;
  receiver: Receiver;
  /** The page, signed in as `person`, at the inventory. */
  signedIn: Page;
}

/** Hosts that the console may talk to: its own, and where the user pool signs people in. */
const HOSTS = new Set([
  new URL(cloud.consoleUrl).host,
  new URL(cloud.endpointUrl).host.replace('127.0.0.1', 'localhost'),
]);

/** Every test also fails if a page talks to another host or does what its Content-Security-Policy refuses. */
export const test = base.extend<Fixtures>({
  context: async ({ context }, use) => {
    const offences: string[] = [];
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && !HOSTS.has(url.host)) offences.push(request.url());
    });
    context.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) offences.push(message.text());
    });
    context.on('weberror', (error) => void offences.push(String(error.error())));
    await use(context);
    expect(offences, 'what pages must not do').toEqual([]);
  },
  person: async ({}, use) => use(await newPerson()),
  receiver: async ({}, use) => {
    const receiver = await startReceiver();
    await use(receiver);
    receiver.close();
  },
  signedIn: async ({ page, person }, use) => {
    await signIn(page, person);
    await use(page);
  },
});

/** Goes through the identity provider's own page. */
export async function signIn(page: Page, person: Person, path = '/console'): Promise<void> {
  await page.goto(path);
  await typeCredentials(page, person);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

export async function typeCredentials(page: Page, person: Person): Promise<void> {
  await page.getByLabel('Username').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A page of somebody else, in a browser of their own. */
export async function otherBrowser(context: BrowserContext, person: Person): Promise<Page> {
  const other = await context
    .browser()!
    .newContext({ locale: 'en-GB', baseURL: new URL(cloud.consoleUrl).origin });
  const page = await other.newPage();
  await signIn(page, person);
  return page;
}

/** Begins to create a webhook: all but its authentication. */
export async function beginWebhook(page: Page, name: string, url: string): Promise<void> {
  await page.getByRole('link', { name: 'Create Feedback Webhook' }).click();
  await page.getByLabel('Webhook Name').fill(name);
  await page.getByLabel('Webhook URL').fill(url);
}

/** Chooses an option of a picker. */
export async function choose(page: Page, label: string, option: string): Promise<void> {
  // Columns have the same names, as buttons that sort.
  const picker = page.locator('button[aria-haspopup=listbox]');
  await picker.and(page.getByRole('button', { name: new RegExp(label) })).click();
  const chosen = page.getByRole('option', { name: option, exact: true });
  // Pointing at an option may scroll its list, and a list that scrolls takes no clicks for a moment. People click again.
  await expect(async () => {
    if (await chosen.isVisible()) await chosen.click({ timeout: 5_000 });
    await expect(chosen).toBeHidden({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
}

/** Links and buttons change their colours gradually, and have any contrast meanwhile. */
async function coloursToSettle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const isTransition = (animation: Animation) => animation instanceof CSSTransition;
    // The next frame begins the transitions of a theme that was just chosen.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const transitions = document.getAnimations().filter(isTransition);
    await Promise.allSettled(transitions.map((transition) => transition.finished));
  });
}

/** Nothing that axe-core knows is wrong with the page, in the light and the dark theme. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await coloursToSettle(page);
    // What was just announced may name an element that is gone already.
    const { violations } = await new AxeBuilder({ page }).exclude('[data-live-announcer]').analyze();
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 300)).join('\n')}`,
    );
    expect(found, `axe, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** The page fits: nothing sticks out to the side. */
export async function expectToFit(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `pixels that stick out at ${width}`).toBeLessThanOrEqual(0);
}

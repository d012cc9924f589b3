import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/opt/google/chrome/chrome'];

/** A browser of this machine; tests that need one are skipped where there is none. */
export const browserPath = [process.env.CHROMIUM_PATH ?? '', ...candidates].find(
  (path) => path !== '' && existsSync(path),
);

/** What a page did that a report must not do. */
export interface Misdeeds {
  readonly requests: string[];
  readonly messages: string[];
}

/** Opens a file in a fresh browser and hands over the page once it is drawn, with all that it logged and asked for. */
export async function withPage(
  file: string,
  options: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number },
  use: (page: Page, misdeeds: Misdeeds) => Promise<void>,
): Promise<void> {
  const browser = await chromium.launch({
    ...(browserPath === undefined ? {} : { executablePath: browserPath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
  try {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1200, height: 900 },
      colorScheme: options.colorScheme ?? 'light',
    });
    const misdeeds: Misdeeds = { requests: [], messages: [] };
    page.on('request', (request) => misdeeds.requests.push(request.url()));
    page.on('console', (message) => misdeeds.messages.push(message.text()));
    page.on('pageerror', (error) => misdeeds.messages.push(error.message));
    await page.goto(`file://${file}`);
    await page.waitForSelector('h1');
    await use(page, misdeeds);
  } finally {
    await browser.close();
  }
}

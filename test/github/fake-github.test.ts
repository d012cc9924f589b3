import { describe, expect, test } from 'vitest';
import { operation } from '../support/fake-github/openapi.ts';
import { startFakeGitHub } from '../support/fake-github/server.ts';

const list = operation('GET /repos/{owner}/{repo}/issues/{issue_number}/comments');
const create = operation('POST /repos/{owner}/{repo}/issues/{issue_number}/comments');
const place = { owner: 'acme', repo: 'models', issue_number: '7' };

describe("the fake GitHub is held to GitHub's own description", () => {
  test.each([
    [list, place, 'per_page=100', undefined, undefined],
    [list, place, 'per-page=100', undefined, /no query parameter per-page/],
    [list, place, 'page=two', undefined, /page/],
    [list, { ...place, issue_number: 'seven' }, '', undefined, /issue_number/],
    [list, place, '', {}, /takes no body/],
    [create, place, '', { body: 'text' }, undefined],
    [create, place, '', { text: 'text' }, /required property 'body'/],
    [create, place, '', { body: 3 }, /must be string/],
  ])('requests: %o %j ?%s %j', (operation_, parameters, query, body, expected) => {
    const wrong = operation_.checkRequest(parameters, new URLSearchParams(query), body);
    if (expected === undefined) expect(wrong).toBeUndefined();
    else expect(wrong).toMatch(expected);
  });

  test.each([
    [200, [], undefined],
    [200, [{ id: 1 }], /must have required property/],
    [200, {}, /must be array/],
    [404, { message: 'Not Found' }, undefined],
    [404, { message: 3 }, /must be string/],
    [403, { message: 'undocumented, but a basic error' }, undefined],
    [201, [], /201 is not an answer/],
  ])('answers: %i %j', (status, body, expected) => {
    const wrong = list.checkResponse(status, body);
    if (expected === undefined) expect(wrong).toBeUndefined();
    else expect(wrong).toMatch(expected);
  });

  test('closing it tells what did not agree', async () => {
    const github = await startFakeGitHub();
    await fetch(`${github.url}/repos/acme/models/issues/7/comments?pages=2`, {
      headers: { authorization: `token ${github.token}` },
    });
    await expect(github.close()).rejects.toThrow(/no query parameter pages/);
  });

  test('an unknown operation is an error, not an empty check', () => {
    expect(() => operation('GET /repos/{owner}/{repo}/nothing-of-the-kind')).toThrow(/has no/);
  });
});

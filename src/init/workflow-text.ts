const checkout = `      - uses: actions/checkout@v5
        with:
          fetch-depth: 0 # the merge base is what the models are compared with
          persist-credentials: false # nothing after it needs the token
      - uses: org/edge-ready-gate@v1
`;

/**
 * A workflow of one job for all targets, or one leg each with a job that reports for all. Targets are names of the configuration.
 * With `forks` it leaves the comment to the second workflow.
 */
export function workflowText(targets: readonly string[], forks: boolean): string {
  return targets.length < 2 && !forks ? singleJob : matrix(targets, forks);
}

const singleJob = `name: Models
on: pull_request
permissions:
  contents: read
  pull-requests: write # for the comment
jobs:
  models:
    runs-on: ubuntu-latest
    steps:
${checkout}`;

function matrix(targets: readonly string[], forks: boolean): string {
  const comments = forks ? '' : '\n      pull-requests: write # for the comment';
  const comment = forks ? '          comment: never # edge-ready-comment.yml does\n' : '';
  return `name: Models
on: pull_request
permissions:
  contents: read
jobs:
  measure:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false # one target over its budget must not cancel the others
      matrix:
        target: [${targets.join(', ')}]
    steps:
${checkout}        with:
          target: \${{ matrix.target }}
  report: # make this the required check
    needs: measure
    if: \${{ always() }}
    runs-on: ubuntu-latest
    permissions:
      actions: read # which legs a re-run ran again${comments}
    steps:
      - uses: org/edge-ready-gate/report@v1
        with:
          needs: \${{ toJSON(needs) }} # so that a job of which no leg reports is noticed
${comment}`;
}

/** The second workflow that comments on pull requests from forks, whose own token only reads. */
export const forkWorkflowText = `name: Comment on models
on:
  workflow_run: # zizmor: ignore[dangerous-triggers] nothing is checked out and the shards are parsed strictly
    workflows: [Models]
    types: [completed]
permissions:
  actions: read # the shards of the run that measured
  pull-requests: write # the comment
jobs:
  comment:
    if: \${{ github.event.workflow_run.event == 'pull_request' && github.event.workflow_run.conclusion != 'cancelled' }}
    runs-on: ubuntu-latest
    steps:
      - uses: org/edge-ready-gate/report@v1
        with:
          fail-on: never
`;
